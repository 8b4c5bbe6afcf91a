package server

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

const (
	acceptPause = 50 * time.Millisecond
	// acceptQuiet is the least time between two records of what stays as it is.
	acceptQuiet = 10 * time.Second
)

// patient is a listener that tries again when it cannot accept a connection, as when
// memory is short. net/http would end at once, and cut off what is in flight.
type patient struct {
	net.Listener
	log  *slog.Logger
	said time.Time
}

// Accept returns an error only when the listener is closed. One caller at a time.
func (p *patient) Accept() (net.Conn, error) {
	for {
		conn, err := p.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		if time.Since(p.said) > acceptQuiet {
			p.said = time.Now()
			p.log.Warn("connections cannot be accepted", "error", err)
		}
		time.Sleep(acceptPause)
	}
}
