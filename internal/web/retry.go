package web

import (
	"context"
	"net/http"
)

// maxAttempts is how often the handler of a read runs at most.
const maxAttempts = 5

// retryRead repeats the handler of a GET after an error that retryable accepts: the client
// does not notice that a database connection was lost. Changes are not repeated here, since
// an error does not say whether they were made.
func retryRead[I, O any](method string, retryable func(error) bool) stage[I, O] {
	if method != http.MethodGet || retryable == nil {
		return nil
	}
	return func(next handler[I, O]) handler[I, O] {
		return func(ctx context.Context, in *I) (*O, error) {
			return repeat(ctx, retryable, func() (*O, error) { return next(ctx, in) })
		}
	}
}

// repeat calls read until it returns no error that retryable accepts, up to maxAttempts times.
func repeat[T any](ctx context.Context, retryable func(error) bool, read func() (T, error)) (T, error) {
	out, err := read()
	for n := 1; err != nil && n < maxAttempts && ctx.Err() == nil && retryable(err); n++ {
		out, err = read()
	}
	return out, err
}
