package web

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Options are what an API needs to know from outside.
type Options struct {
	// Title and Version appear in the OpenAPI description.
	Title, Description, Version string
	// Source is where the source code is to be found; the index links to it.
	Source string
	// MaxBodyBytes bounds a request's body; more is a 413.
	MaxBodyBytes int64
	// Classify turns an error of the database into a problem, or returns nil
	// for one that it does not know.
	Classify func(error) *Problem
	// Retryable reports whether an error is a connection's, and no reason to give up for
	// a request that only reads; nil is never.
	Retryable func(error) bool
	// OnShed is told of each request, one that reads or one that changes, that was
	// refused because there was too much to do; nil is nobody.
	OnShed func(reads bool)
	// TrackActive returns what is told of the begin and the end of each request of a route,
	// which is empty for the paths that have none; nil is nobody.
	TrackActive func(route string) (begin, end func())
}

// API is where operations are registered. It is an http.Handler; after the last
// operation is registered it does not change, and serves concurrently.
type API struct {
	huma.API
	*Mux
	options Options
	bodies  *bodyBudget
	turns   map[bool]*Limiter // of reads (true) and of changes; nil is no bound
}

// NewAPI returns an API with no operations.
func NewAPI(options Options) *API {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: options.Title, Description: options.Description, Version: options.Version},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
			Servers:    []*huma.Server{{URL: "/", Description: "This service."}},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
	}
	mux := newMux(options.TrackActive)
	a := &API{API: huma.NewAPI(config, humago.NewAdapter(mux, "")), Mux: mux, options: options, bodies: newBodyBudget()}
	mux.describe = a.describe
	return a
}

// schemaName names a type in the description by its package, too, for every
// resource may have its Fields.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.PkgPath() == "" || pkg == "web" || strings.EqualFold(pkg, name) {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// ServeHTTP serves one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.Mux.ServeHTTP(w, r) }

// Register adds an operation. The handler's input and output are structs as
// huma describes them; the error that it returns becomes a problem.
func Register[I, O any](a *API, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	input := reflect.TypeFor[I]()
	refuseLossyDefaults(op.Method+" "+op.Path, input)
	refusePointers(op.Method+" "+op.Path, input)
	if op.Errors == nil {
		op.Errors = usualErrors(op, honoursPreconditions(input))
	}
	op.MaxBodyBytes = -1 // body has bounded it already
	op.BodyReadTimeout = -1
	op.Middlewares = append(op.Middlewares, acceptJSON, strictParameters, a.readBody)
	if op.Method == http.MethodGet {
		handler = readAgain(a.options.Retryable, handler)
	}
	handler = inTurn(a, op.Method == http.MethodGet, handler)
	huma.Register(a.API, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, asProblem(ctx, err, a.options.Classify)
		}
		return out, nil
	})
	if op.Method == http.MethodPatch {
		a.takePlainPatch(op.Path)
	}
}

// takePlainPatch takes a merge patch under the plain name, too, under which most
// clients send it.
func (a *API) takePlainPatch(path string) {
	if body := a.OpenAPI().Paths[path].Patch.RequestBody; body != nil {
		if patch := body.Content["application/merge-patch+json"]; patch != nil {
			body.Content["application/json"] = patch
		}
	}
}

// usualErrors are the problems that every operation of its kind can answer.
func usualErrors(op huma.Operation, conditional bool) []int {
	errors := []int{
		http.StatusNotAcceptable, http.StatusRequestTimeout, http.StatusUnprocessableEntity,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}
	if strings.Contains(op.Path, "{") {
		errors = append(errors, http.StatusNotFound)
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
