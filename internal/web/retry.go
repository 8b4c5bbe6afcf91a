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
			out, err := next(ctx, in)
			for n := 1; err != nil && n < maxAttempts && ctx.Err() == nil && retryable(err); n++ {
				out, err = next(ctx, in)
			}
			return out, err
		}
	}
}
