package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/templatesite/internal/web"
)

// What a client is told when the database cannot do what it asked for now.
var (
	unavailable = web.NewProblem(http.StatusServiceUnavailable, "The database is not available. Try again later.").RetryAfter(1)
	changesFail = web.NewProblem(http.StatusServiceUnavailable, "Changes are not possible at the moment, reading is. Try again later.").RetryAfter(1)
	full        = web.NewProblem(http.StatusInsufficientStorage, "There is no space left to store this.").RetryAfter(30)
	conflict    = web.NewProblem(http.StatusConflict, "This conflicts with existing data.")
)

// Problem is the one place that says what an error of the database means for a
// client: nil for one that only a bug explains.
func Problem(err error) *web.Problem {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unavailable
	}
	if stalePlan(err) { // in a transaction
		return unavailable
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresProblem(e.Code)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteProblem(e.Code())
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return unavailable
	}
	for _, lost := range []error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded} {
		if errors.Is(err, lost) {
			return unavailable
		}
	}
	return nil
}

// errorType names the kind of an error for metrics and traces: those of Problem, and
// who gave up. It is empty for no error.
func errorType(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	switch Problem(err) {
	case web.ErrTimeout:
		return "timeout"
	case unavailable, changesFail:
		return "unavailable"
	case full:
		return "full"
	case conflict:
		return "conflict"
	}
	return "other"
}

// postgresProblem goes by the class of the SQLSTATE: the first two letters
// (PostgreSQL manual, appendix A).
func postgresProblem(code string) *web.Problem {
	switch {
	case code == "53100", code == "2200H": // disk full, the last id is taken
		return full
	case code == "57014": // statement_timeout, which is the time of a request
		return web.ErrTimeout
	case code[:2] == "23": // integrity constraint violation
		return conflict
	case code == "25006": // of a standby, too
		return changesFail
	case code[:2] == "08", code[:2] == "53", code[:2] == "57", code[:2] == "58", // connection, resources, operator, system
		code[:2] == "40", code == "55P03", // serialization failure, lock not available
		code == "42P01", code == "42703": // no such table or column: migrations are pending
		return unavailable
	}
	return nil
}

func sqliteProblem(code int) *web.Problem {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_CONSTRAINT:
		return conflict
	case sqlite3.SQLITE_READONLY:
		return changesFail
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, // someone else is at it
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return unavailable
	}
	return nil
}
