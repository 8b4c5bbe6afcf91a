package middleware

import (
	"context"
	"net/http"
	"time"

	"example.com/templatesite/internal/web"
)

// Deadline bounds the time that a request may take; what a handler waits for
// (the database, mostly) gives up then, and the answer is a 504.
func Deadline(timeout time.Duration) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), timeout)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
