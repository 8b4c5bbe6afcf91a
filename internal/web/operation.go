package web

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Register adds an operation. Its input and output are structs as huma describes them. An
// error of the handler is answered as a problem. Register panics if a field of the input would
// not work as declared.
func Register[I, O any](a *API, op huma.Operation, serve func(context.Context, *I) (*O, error)) {
	input := reflect.TypeFor[I]()
	refuseLossyDefaults(op.Method+" "+op.Path, input)
	refusePointers(op.Method+" "+op.Path, input)
	if op.Errors == nil {
		op.Errors = usualErrors(op, honoursPreconditions(input), len(tagged(bodyOf(input), "json", uniqueTag)) > 0)
	}
	a.secure(&op)
	op.MaxBodyBytes = -1 // readBody enforces the limit
	op.BodyReadTimeout = -1

	// The stages around the handler, in the order in which a request meets them. First the Mux
	// finds the operation, then
	op.Middlewares = append(op.Middlewares,
		acceptJSON,        // 406 unless the client accepts JSON
		strictParameters,  // 422 for parameters that huma would ignore or misread
		a.readBody(input), // 400, 408, 413, 415, 422 or 503 for a body that is not usable JSON
	)
	if a.isKeyed(op.Method) { // feature: idempotency
		op.Middlewares = append(op.Middlewares, readKey) // 422 for an Idempotency-Key that is none
		describeKey(&op)
	}
	// then huma decodes and validates the input, or answers 422, and then
	huma.Register(a.API, op, chain(serve,
		answerErrors[I, O](a.options.Classify),           // an error becomes a problem
		limit[I, O](a, op.Method),                        // 503 if too many requests are in progress
		remember[I, O](a, op.Method),                     // a POST that is sent again is answered as before // feature: idempotency
		audited[I, O](a, &op),                            // a change and its entry in the audit trail are one transaction // feature: audit
		retryRead[I, O](op.Method, a.options.Retryable))) // a GET is repeated on another connection

	if op.Method == http.MethodPatch {
		a.acceptPlainPatch(op.Path)
	}
	a.describeTags(a.Operations(op.Path)[op.Method], input)
}

// handler serves one operation; a stage wraps it.
type (
	handler[I, O any] func(context.Context, *I) (*O, error)
	stage[I, O any]   func(handler[I, O]) handler[I, O]
)

// chain puts the stages around h, in the order in which a request meets them. A stage that
// is nil is left out.
func chain[I, O any](h handler[I, O], stages ...stage[I, O]) handler[I, O] {
	for _, wrap := range slices.Backward(stages) {
		if wrap != nil {
			h = wrap(h)
		}
	}
	return h
}

// answerErrors turns the error of a handler into a problem.
func answerErrors[I, O any](classify func(error) *Problem) stage[I, O] {
	return func(next handler[I, O]) handler[I, O] {
		return func(ctx context.Context, in *I) (*O, error) {
			out, err := next(ctx, in)
			if err != nil {
				return nil, asProblem(ctx, err, classify)
			}
			return out, nil
		}
	}
}

// acceptPlainPatch accepts a merge patch as application/json, too, since most clients send
// it with that type.
func (a *API) acceptPlainPatch(path string) {
	if body := a.OpenAPI().Paths[path].Patch.RequestBody; body != nil {
		if patch := body.Content["application/merge-patch+json"]; patch != nil {
			body.Content["application/json"] = patch
		}
	}
}

// usualErrors are the statuses of the problems that any operation of this kind can return.
func usualErrors(op huma.Operation, conditional, unique bool) []int {
	errors := []int{
		http.StatusNotAcceptable, http.StatusRequestTimeout, http.StatusUnprocessableEntity,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}
	if strings.Contains(op.Path, "{") {
		errors = append(errors, http.StatusNotFound)
	}
	if unique {
		errors = append(errors, http.StatusConflict)
	}
	if conditional {
		errors = append(errors, http.StatusPreconditionFailed)
	}
	switch op.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		errors = append(errors, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return errors
}
