package database

import (
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func (sqliteEngine) kind(err error) *kind {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return nil
	}
	switch e.Code() & 0xff { // the rest of an extended code only adds detail
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_CONSTRAINT:
		return conflict
	case sqlite3.SQLITE_READONLY:
		return changesFail
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, // a concurrent program holds the lock
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return unavailable
	}
	return other
}

func (sqliteEngine) connectionLost(error) (lost, known bool) { return false, false }

// failedAdvice is the advice about a file that cannot be written. Clients may see it.
const failedAdvice = "the last change failed, since the database file is read-only"

// readOnlyFile reports whether err says that the file cannot be written.
func readOnlyFile(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	return e.Code()&0xff == sqlite3.SQLITE_READONLY || e.Code() == sqlite3.SQLITE_IOERR_WRITE || e.Code() == sqlite3.SQLITE_IOERR_FSYNC
}

func (sqliteEngine) transient(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}
