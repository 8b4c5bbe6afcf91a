package database

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"example.com/templatesite/internal/web"
)

// timeout is the kind of a statement that the server has ended.
var timeout = &kind{"timeout", web.ErrTimeout}

// sqlState returns the code of an error that PostgreSQL has sent, or "".
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func (postgresEngine) kind(err error) *kind {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unavailable
	}
	if stalePlan(err) { // in a transaction
		return unavailable
	}
	if code := sqlState(err); code != "" {
		return postgresKind(code)
	}
	return nil
}

// postgresKind goes by the class of the SQLSTATE, which is its first two characters
// (PostgreSQL manual, appendix A).
func postgresKind(code string) *kind {
	switch {
	case code == "53100", code == "2200H": // disk full, ids exhausted
		return full
	case code == "57014": // statement_timeout, which is the time limit of a request
		return timeout
	case code[:2] == "23": // integrity constraint violation
		return conflict
	case code == readOnlyTransaction:
		return changesFail
	case code[:2] == "08", code[:2] == "53", code[:2] == "57", code[:2] == "58", // connection, resources, operator, system
		code[:2] == "40", code == "55P03", // serialization failure, lock not available
		code == "42P01", code == "42703": // no such table or column: migrations are pending
		return unavailable
	}
	return other
}

func (postgresEngine) connectionLost(err error) (lost, known bool) {
	code := sqlState(err)
	if code == "57P01" || code == "57P02" { // ended by an administrator or a crash, perhaps during its setup
		return true, true
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	return false, connecting // it was never open
}

// serializationFailure reports whether the server has rolled back a transaction because of
// a concurrent one: a serialization failure or a deadlock.
func serializationFailure(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

// readOnlyTransaction is the code of a change in a session that may only read: the server is a
// standby, or was set to read-only when the session began.
const readOnlyTransaction = "25006"

// stalePlan reports whether a statement was prepared, or through a pooler described, for a
// table that has changed since. PostgreSQL also uses the two codes for other errors; the
// routine that raised the error distinguishes them.
func stalePlan(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "0A000" && e.Routine == "RevalidateCachedQuery" || e.Code == "08P01" && e.Routine == "PortalSetResultFormat")
}

func (postgresEngine) violation(_ context.Context, _ fullConn, s *web.Statement, err error) violation {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || e.ConstraintName == "" {
		return violation{}
	}
	v := violation{names: []string{e.ConstraintName}}
	switch e.Code {
	case "23505", "23P01": // unique, exclusion
		v.rule = duplicate
	case "23503":
		v.rule = reference
		if s.Operation == "delete" || !strings.EqualFold(e.TableName, s.Table) {
			return violation{referred, []string{e.TableName}}
		}
	}
	return v
}

func (postgresEngine) transient(err error) bool {
	return serializationFailure(err) || stalePlan(err) || sqlState(err) == readOnlyTransaction
}
