// Package server listens, serves, and shuts down without dropping a request. It does not know
// what it serves.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

// The limits for clients. The API limits the size of bodies.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// maxLinger is how long the shutdown waits for idle connections, on which a request may still
// arrive. It waits at most half of ShutdownTimeout.
const maxLinger = time.Second

// cancelBefore is how long before the end of ShutdownTimeout the contexts of requests are
// canceled, so that they are answered with a problem instead of being cut off.
const cancelBefore = 500 * time.Millisecond

// Server is an HTTP server with a graceful shutdown.
type Server struct {
	Handler http.Handler
	Log     *slog.Logger
	// ReadTimeout limits the time until a request has arrived, and WriteTimeout the time until
	// its response is sent; 0 is no limit.
	ReadTimeout, WriteTimeout time.Duration
	// Stopping is called at the start of the shutdown. It may be nil.
	Stopping func()
	// DrainDelay is how long new connections are accepted after Stopping, until load
	// balancers have noticed.
	DrainDelay time.Duration
	// ShutdownTimeout limits the time after that until requests in flight have ended.
	ShutdownTimeout time.Duration

	draining atomic.Bool
	open     atomic.Int64
	unused   sync.Map // connections that have carried no request yet
}

// Run serves the listeners until ctx is done. Then it serves for another DrainDelay, closes the
// listeners, waits for the requests in flight, and closes the connections. Responses have
// Connection: close only after the listeners are closed: before that, clients would open new
// connections, which closing a listener resets. Run returns nil when every request got
// its response in time.
func (s *Server) Run(ctx context.Context, listeners ...net.Listener) error {
	work, cancelWork := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancelWork(nil)
	server := &http.Server{
		BaseContext:       func(net.Listener) context.Context { return work },
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: cmp.Or(s.ReadTimeout, readHeaderTimeout), // if they differed, each request would set two deadlines
		ReadTimeout:       s.ReadTimeout,
		WriteTimeout:      s.WriteTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		ConnState:         s.track,

		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
	}
	failed := make(chan error, len(listeners))
	for _, ln := range listeners {
		go func() { failed <- server.Serve(&retryingListener{Listener: ln, log: s.Log}) }()
	}
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	if s.Stopping != nil {
		s.Stopping()
	}
	time.Sleep(s.DrainDelay)
	if err := closeAll(listeners); err != nil {
		return err
	}
	for range listeners {
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
	s.draining.Store(true)
	return s.shutdown(server, cancelWork)
}

func (s *Server) shutdown(server *http.Server, cancelWork context.CancelCauseFunc) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.ShutdownTimeout)
	defer cancel()
	defer time.AfterFunc(s.ShutdownTimeout-cancelBefore, func() { cancelWork(web.ErrStopping) }).Stop()
	// Shutdown closes idle connections at once, even one on which a request is on its way. So
	// give requests a moment to arrive.
	for end := time.Now().Add(min(maxLinger, s.ShutdownTimeout/2)); s.open.Load() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	// Shutdown would wait 5 s for unused connections, which browsers open in advance.
	s.unused.Range(func(conn, _ any) bool {
		conn.(net.Conn).Close()
		return true
	})
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off when SHUTDOWN_TIMEOUT expired: %w", err), server.Close())
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	// A chunked request that also has a Content-Length must be the last of its connection
	// (RFC 9112, section 6.1). net/http hides the length, so every chunked request is.
	if s.draining.Load() || len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
	s.Handler.ServeHTTP(w, r)
}

func (s *Server) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
		s.unused.Store(conn, nil)
	case http.StateActive:
		s.unused.Delete(conn)
	case http.StateClosed, http.StateHijacked:
		s.unused.Delete(conn)
		s.open.Add(-1)
	}
}
