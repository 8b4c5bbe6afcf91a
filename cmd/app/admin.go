package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/arl/statsviz"

	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/server"
	"example.com/templatesite/internal/web"
)

// admin is the second server, for operators only.
type admin struct {
	url  string
	stop func()
}

// serveAdmin starts the admin server, when it has an address.
func serveAdmin(ctx context.Context, c *config, log *slog.Logger, level *slog.LevelVar, registry metrics.Registry) (*admin, error) {
	if c.AdminAddress == "" {
		return &admin{"off", func() {}}, nil
	}
	listener, err := listen(ctx, "ADMIN_ADDRESS", string(c.AdminAddress))
	if err != nil {
		return nil, err
	}
	routes, err := adminRoutes(log, level, registry)
	if err != nil {
		return nil, err
	}
	s := &server.Server{
		Handler:         web.Chain(routes, middleware.Identify(nil), middleware.Hosts(c.AllowedHosts)),
		Log:             log,
		ShutdownTimeout: 100 * time.Millisecond,
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(ctx, listener) }()
	return &admin{baseURL(string(c.AdminAddress), listener), func() {
		cancel()
		// A profile that is still being taken does not hold up the end.
		if err := <-stopped; err != nil {
			log.Debug("the admin server did not end in time", "error", err)
		}
	}}, nil
}

// adminRoutes are the operators' URLs.
func adminRoutes(log *slog.Logger, level *slog.LevelVar, registry metrics.Registry) (http.Handler, error) {
	mux := http.NewServeMux()
	if err := statsviz.Register(mux); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "/metrics\n/debug/pprof/\n/debug/statsviz/\n/log-level (GET, and PUT of debug, info, warn or error)\n")
	})
	mux.Handle("GET /metrics", registry.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /log-level", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, level.Level())
	})
	mux.HandleFunc("PUT /log-level", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16))
		if err == nil {
			err = level.UnmarshalText(text)
		}
		if err != nil {
			http.Error(w, "the body must be debug, info, warn or error", http.StatusUnprocessableEntity)
			return
		}
		log.Warn("log level changed", "level", level.Level().String())
		fmt.Fprintln(w, level.Level())
	})
	return mux, nil
}
