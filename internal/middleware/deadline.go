package middleware

import (
	"context"
	"net/http"
	"time"

	"example.com/templatesite/internal/web"
)

// Deadline limits the time of a request. After that its context is done, the database gives
// up, and the response is a 504.
func Deadline(timeout time.Duration) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), timeout)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
