package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"

	"example.com/templatesite/internal/web"
)

// kind is what an error of the database means: its name for observers, and the
// problem that the client receives.
type kind struct {
	name    string
	problem *web.Problem
}

var (
	unavailable = &kind{"unavailable", web.NewProblem(http.StatusServiceUnavailable, "The database is not available. Try again later.").RetryAfter(1)}
	changesFail = &kind{"unavailable", web.NewProblem(http.StatusServiceUnavailable, "Changes are not possible at the moment, but reads are. Try again later.").RetryAfter(1)}
	full        = &kind{"full", web.NewProblem(http.StatusInsufficientStorage, "There is no space left to store this.").RetryAfter(30)}
	conflict    = &kind{"conflict", web.NewProblem(http.StatusConflict, "This conflicts with existing data.")}
	other       = &kind{"other", nil} // a bug
)

// Problem returns the problem that a client receives for an error of the database, or nil
// when the error is a bug.
func Problem(err error) *web.Problem { return kindOf(err).problem }

func kindOf(err error) *kind {
	for _, e := range engines {
		if k := e.kind(err); k != nil {
			return k
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return unavailable
	}
	for _, lost := range []error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded} {
		if errors.Is(err, lost) {
			return unavailable
		}
	}
	return other
}

// errorType names the kind of an error for observers. It is empty for no error.
func errorType(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return kindOf(err).name
}

// ConnectionLost reports whether err says that an open connection has ended. The statement
// may or may not have taken effect, so only reads may be repeated.
func ConnectionLost(err error) bool {
	for _, e := range engines {
		if lost, known := e.connectionLost(err); known {
			return lost
		}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return !e.Timeout()
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
