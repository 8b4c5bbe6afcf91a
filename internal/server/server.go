// Package server listens, serves, and stops without losing a request. It does
// not know what it serves.
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

// The bounds on slow clients. The body's own bound is the API's.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// linger bounds how long connections that are open, but idle, are waited for
// when we stop: one may be carrying a request to us right now. It is at most half
// of the shutdown.
const linger = time.Second

// lastMoment is how long before the end of the shutdown requests are told to give
// up: they are answered with a problem, instead of being cut off.
const lastMoment = 500 * time.Millisecond

// Server serves HTTP until it is told to stop.
type Server struct {
	Handler http.Handler
	Log     *slog.Logger
	// ReadTimeout bounds the time that a request takes to arrive, and WriteTimeout
	// that to the end of its answer; 0 is no bound.
	ReadTimeout, WriteTimeout time.Duration
	// Stopping is called first when it is time to stop; nil is nothing.
	Stopping func()
	// DrainDelay is how long new requests are still served after Stopping, while
	// balancers notice.
	DrainDelay time.Duration
	// ShutdownTimeout bounds the time that requests in flight get after that.
	ShutdownTimeout time.Duration

	draining atomic.Bool
	open     atomic.Int64
	silent   sync.Map // connections without a request so far
}

// Run serves the listeners until ctx is done, then stops in order: it lets requests
// come for DrainDelay, closes the listeners, lets requests in flight finish, and closes
// the connections. Only after it has stopped listening does each answer ask its client not
// to use the connection again: any earlier, clients would make new ones, which the end of
// a listener resets. It returns nil when every request got its answer in time.
func (s *Server) Run(ctx context.Context, listeners ...net.Listener) error {
	work, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	server := &http.Server{
		BaseContext:       func(net.Listener) context.Context { return work },
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: cmp.Or(s.ReadTimeout, readHeaderTimeout), // two of them would cost a request twice
		ReadTimeout:       s.ReadTimeout,
		WriteTimeout:      s.WriteTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		ConnState:         s.count,

		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
	}
	failed := make(chan error, len(listeners))
	for _, ln := range listeners {
		go func() { failed <- server.Serve(&patient{Listener: ln, log: s.Log}) }()
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
	return s.shutdown(server, giveUp)
}

func (s *Server) shutdown(server *http.Server, giveUp context.CancelCauseFunc) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.ShutdownTimeout)
	defer cancel()
	defer time.AfterFunc(s.ShutdownTimeout-lastMoment, func() { giveUp(web.ErrStopping) }).Stop()
	// http.Server.Shutdown closes idle connections at once, also one on which a
	// request is on its way: they get a moment to carry it here.
	for end := time.Now().Add(min(linger, s.ShutdownTimeout/2)); s.open.Load() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	// Shutdown would wait 5 s for those, as a browser opens in case it needs one.
	s.silent.Range(func(conn, _ any) bool {
		conn.(net.Conn).Close()
		return true
	})
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off, SHUTDOWN_TIMEOUT is over: %w", err), server.Close())
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	// With a length beside its chunks a request must be the last of its connection
	// (RFC 9112, section 6.1). net/http hides the length, so all in chunks are.
	if s.draining.Load() || len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
	s.Handler.ServeHTTP(w, r)
}

func (s *Server) count(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
		s.silent.Store(conn, nil)
	case http.StateActive:
		s.silent.Delete(conn)
	case http.StateClosed, http.StateHijacked:
		s.silent.Delete(conn)
		s.open.Add(-1)
	}
}
