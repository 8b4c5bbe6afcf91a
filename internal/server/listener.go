package server

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

const (
	// acceptPause is the wait before the next attempt.
	acceptPause = 50 * time.Millisecond
	// acceptLogInterval is the minimum time between two records of failures.
	acceptLogInterval = 10 * time.Second
)

// retryingListener retries when a connection cannot be accepted, for example when file
// descriptors or memory run out. net/http would stop serving on some of these errors.
type retryingListener struct {
	net.Listener
	log        *slog.Logger
	lastLogged time.Time
}

// Accept returns an error only when the listener is closed. It is not safe for concurrent use.
func (l *retryingListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		if time.Since(l.lastLogged) > acceptLogInterval {
			l.lastLogged = time.Now()
			l.log.Warn("connections cannot be accepted", "error", err)
		}
		time.Sleep(acceptPause)
	}
}
