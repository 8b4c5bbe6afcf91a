package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"example.com/templatesite/internal/web"
)

// Recover turns a panic of a handler into a 500, and logs it with its stack. When the
// response has begun, it closes the connection instead, so that the client can tell that
// the response is incomplete.
func Recover(log *slog.Logger) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				reason := recover()
				if reason == nil {
					return
				}
				info := web.InfoFrom(r.Context())
				info.Err = fmt.Errorf("panic: %v", reason)
				if reason == any(http.ErrAbortHandler) {
					panic(reason)
				}
				info.Panicked = true
				log.LogAttrs(r.Context(), slog.LevelError, "panic",
					slog.Any("reason", reason), slog.String("stack", string(debug.Stack())))
				if info.Status != 0 {
					panic(http.ErrAbortHandler)
				}
				web.WriteProblem(w, r, web.ErrInternal.WithCause(info.Err))
			}()
			next.ServeHTTP(w, r)
		})
	}
}
