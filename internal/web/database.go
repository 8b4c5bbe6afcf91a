package web

import (
	"database/sql"
	"errors"
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
