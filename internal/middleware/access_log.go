package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"example.com/templatesite/internal/web"
)

// AccessLog writes one line per request when it is over, however it ends.
// Health probes, which come every few seconds, are only seen at debug level.
func AccessLog(log *slog.Logger) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer logRequest(log, r)
			next.ServeHTTP(w, r)
		})
	}
}

// maxPath bounds how much of a path is logged.
const maxPath = 1024

func logRequest(log *slog.Logger, r *http.Request) {
	info := web.InfoFrom(r.Context())
	duration := time.Since(info.Start)
	level := slog.LevelInfo
	switch {
	case IsProbe(info.Route):
		level = slog.LevelDebug
	case info.Status == http.StatusInternalServerError, info.Panicked:
		level = slog.LevelError // the others are no bug of ours, and may be many
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	// The handler is asked by itself, for the logger would look up which line logs.
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
	// A log that fails has nobody whom it could tell.
	_ = log.Handler().Handle(r.Context(), record)
}

// IsProbe reports whether route is one that machines ask for health.
func IsProbe(route string) bool {
	return route == "/livez" || route == "/healthcheck" || route == "/healthcheck/"
}
