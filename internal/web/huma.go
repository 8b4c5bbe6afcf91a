package web

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// configureHuma sets variables of package huma, which decide for the whole process how it makes
// errors and how strict it is. All code that uses huma runs after NewAPI or rulesOf, which call
// it first.
var configureHuma = sync.OnceFunc(func() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false // our lists are empty, never null
	huma.ErrorFormatter = withoutValue
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return problemOf(status, detail, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, detail string, errs ...error) huma.StatusError {
		r, _ := humago.Unwrap(ctx)
		if body, ok := r.Body.(*receivedBody); ok {
			status, errs = body.typed(status, errs)
		}
		return problemOf(status, detail, errs).forRequest(ctx.Context())
	}
})

// problemOf makes a problem of errors that huma or a Resolve hook returned. An error without
// a location becomes the cause.
func problemOf(status int, detail string, errs []error) *Problem {
	p := NewProblem(status, detail)
	var fields fieldErrors
	for _, err := range errs {
		if located, ok := err.(huma.ErrorDetailer); ok {
			// huma calls the hook of an embedded input once more for each struct around it,
			// so the same error can come twice.
			fields.add(fieldError(located.ErrorDetail()))
		} else if err != nil {
			p.cause = errors.Join(p.cause, err)
		}
	}
	p.Errors = fields.list()
	return p
}

// fieldError returns the part of huma's detail that a client may see.
func fieldError(d *huma.ErrorDetail) FieldError {
	message := d.Message
	if strings.HasPrefix(message, "invalid value: ") { // followed by a parser's text, which quotes the value
		message = "invalid value"
	}
	return FieldError{Message: message, Location: d.Location}
}

// withoutValue formats a message of huma without a parser's text, which quotes the value.
func withoutValue(format string, args ...any) string {
	if _, ok := args[0].(error); ok {
		return strings.TrimSuffix(format, ": %v")
	}
	return fmt.Sprintf(format, args...)
}
