package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"example.com/templatesite/internal/web"
)

// AccessLog logs one record per request, however the request ends. Requests to the routes
// that isProbe selects come every few seconds, and are logged at debug level.
func AccessLog(log *slog.Logger, isProbe func(route string) bool) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer logRequest(log, isProbe, r)
			next.ServeHTTP(w, r)
		})
	}
}

// maxPath is how many bytes of a path are logged.
const maxPath = 1024

func logRequest(log *slog.Logger, isProbe func(route string) bool, r *http.Request) {
	info := web.InfoFrom(r.Context())
	duration := time.Since(info.Start)
	level := slog.LevelInfo
	switch {
	case isProbe(info.Route):
		level = slog.LevelDebug
	case info.Status == http.StatusInternalServerError, info.Panicked:
		level = slog.LevelError // other 5xx are not bugs, and may be many
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	// The handler is called directly, because the Logger would look up the source line.
	record := slog.NewRecord(info.Start.Add(duration), level, "request", 0)
	record.AddAttrs(
		slog.String("method", r.Method),
		slog.String("route", info.Route),
		slog.String("path", r.URL.Path[:min(len(r.URL.Path), maxPath)]),
		slog.Int("status", info.Status),
		slog.Float64("duration", duration.Seconds()),
		slog.Int64("bytes", info.Bytes),
		slog.String("client", info.Client),
	)
	if info.Err != nil {
		record.AddAttrs(slog.String("error", info.Err.Error()))
	}
	// A failure to log cannot be logged.
	_ = log.Handler().Handle(r.Context(), record)
}
