package web

import "context"

// attempts is how often a request that only reads is worked on at most.
const attempts = 5

// readAgain makes a handler that only reads begin again after an error which lost
// says is the end of a connection: the client need not know.
func readAgain[I, O any](lost func(error) bool, handler func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	if lost == nil {
		return handler
	}
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		for n := 1; err != nil && n < attempts && ctx.Err() == nil && lost(err); n++ {
			out, err = handler(ctx, in)
		}
		return out, err
	}
}
