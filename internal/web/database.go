package web

import (
	"database/sql"
	"errors"
	"time"
)

// DB is the database as a resource sees it: a pool for reads, and a pool for changes. It is
// safe for concurrent use.
type DB struct {
	*sql.DB
	// Write is the pool for changes. Where only one program can write at a time, it is a single
	// connection, and changes that wait for each other leave the other connections to the
	// reads. Otherwise it is the same pool as DB.
	Write *sql.DB
	// Transient reports whether an error says that the database has rolled back a transaction,
	// or refused to begin one, because of a concurrent one, or that another connection may accept
	// it. If nil, Tx runs it only once.
	Transient func(error) bool
}

// Close closes both pools.
func (db DB) Close() error { return errors.Join(db.Write.Close(), db.DB.Close()) }

// Statement is a database statement that has ended, as observers get it. It does not contain
// the arguments.
type Statement struct {
	// Name is the comment in the first line of the SQL, as in "book.list". Without one it is
	// the operation and the table, as in "select book".
	Name string
	// Operation is the verb of the SQL in lower case, and Table the first table that an
	// insert, update, delete or select names, in lower case.
	Operation, Table string
	Start            time.Time
	Duration         time.Duration
	// Rows is the number of rows that it returned or, if it returns none, changed.
	Rows int64
	// Err is why it failed, and ErrorType the kind of that error: unavailable, timeout, full,
	// conflict, canceled or other. Both are empty if it succeeded.
	Err       error
	ErrorType string
}
