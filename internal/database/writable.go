package database

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/templatesite/internal/web"
)

// What anyone may see about a database that is read, and not changed.
const (
	readOnlyAdvice = "the database is read-only: reads are served, changes fail"
	failedAdvice   = "the last change failed, since the database file is read-only"
	fullAdvice     = "the last change failed, since there is no space left"
)

// changes remembers what the last change failed for, if that is what the next one will
// meet, too: neither a full disk nor a read-only file shows until something is written.
type changes struct{ failure atomic.Value }

// observe looks at a statement that is over.
func (c *changes) observe(_ context.Context, s *web.Statement) {
	switch {
	case s.Err == nil:
		if c.last() != "" && changed(s) {
			c.failure.Store("")
		}
	case s.ErrorType == "full":
		c.failure.Store(fullAdvice)
	case readOnlyFile(s.Err):
		c.failure.Store(failedAdvice)
	}
}

// last returns what there is to say about the last change.
func (c *changes) last() string {
	failure, _ := c.failure.Load().(string)
	return failure
}

func changed(s *web.Statement) bool {
	switch s.Operation {
	case "insert", "update", "delete":
		return s.Rows > 0
	}
	return s.Name == "commit"
}

func readOnlyFile(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	return e.Code()&0xff == sqlite3.SQLITE_READONLY || e.Code() == sqlite3.SQLITE_IOERR_WRITE || e.Code() == sqlite3.SQLITE_IOERR_FSYNC
}

// unwritable returns what there is to say when the database cannot be changed.
func (db *DB) unwritable(ctx context.Context) (advice string, err error) {
	if db.Engine == Postgres {
		only, err := readOnly(ctx, db.DB.DB)
		if err != nil {
			return "", err
		}
		if only && db.stillReadOnly(ctx) {
			return readOnlyAdvice, nil
		}
	}
	return db.changes.last(), nil
}

// readOnly reports whether a session may only read: of a standby, and of a server, a
// database or a role that was set so.
func readOnly(ctx context.Context, pool *sql.DB) (only bool, err error) {
	err = pool.QueryRowContext(ctx, "select current_setting('transaction_read_only')::boolean").Scan(&only)
	return only, err
}

// stillReadOnly asks on a new connection: one of the pool may have been opened before
// that was over, and a change that fails there is sent on another.
func (db *DB) stillReadOnly(ctx context.Context) bool {
	own := sql.OpenDB(db.connector)
	defer own.Close()
	only, err := readOnly(ctx, own)
	return only || err != nil
}

// tryToChange changes nothing in a SQLite file, for what observes it: a file that we may
// not write to is opened all the same.
func (db *DB) tryToChange(ctx context.Context) {
	_, _ = db.Write.ExecContext(ctx, "delete from "+versionTable+" where false")
}
