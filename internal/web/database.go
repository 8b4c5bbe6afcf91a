package web

import (
	"database/sql"
	"errors"
	"time"
)

// DB is the database as a resource sees it: a pool, and the one for changes. It is
// safe for concurrent use.
type DB struct {
	*sql.DB
	// Write is where changes wait for their turn: with SQLite, which has one
	// writer, it is a single connection, so that changes that have to wait do not
	// take those of the reads; with PostgreSQL it is the pool itself.
	Write *sql.DB
}

// Close closes both.
func (db DB) Close() error { return errors.Join(db.Write.Close(), db.DB.Close()) }

// Statement is what a statement of the database came to, for those who count, time
// and trace. Its arguments are not in it.
type Statement struct {
	// Name is the comment in the first line of its SQL, as in "tweet.list", else what
	// it does to what, as in "select tweet".
	Name string
	// Operation is the verb of the SQL in lower case; Table is what an insert,
	// update, delete or select names first.
	Operation, Table string
	Start            time.Time
	Duration         time.Duration
	// Rows is how many it returned, or changed when it returns none.
	Rows int64
	// Err is why it failed, and ErrorType the kind of that: unavailable, timeout,
	// full, conflict, canceled or other. Both are empty when it did not.
	Err       error
	ErrorType string
}
