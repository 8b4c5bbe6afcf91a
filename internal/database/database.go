// Package database opens the database that a URL names, keeps its schema at the version of
// the program, and knows what its errors mean for a client.
//
// It does not know the resources, except as lists of migrations and constraints.
package database

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// engines are the kinds of databases that Open can open; the first is that of DefaultURL. The
// files with the prefix of an engine are only for that one.
var engines = []engine{
	sqliteEngine{},   // feature: sqlite
	postgresEngine{}, // feature: postgres
}

// Options say which database to open, and how.
type Options struct {
	// URL has the form that one of the engines shows in Help.
	URL string
	// Password, when it is not empty, overrides the URL's. ReadPassword returns the present one
	// for a new connection, if it may change; while the database still refuses that one, or it
	// cannot be read, the last one that was accepted is used.
	Password     string
	ReadPassword func() (string, error)
	// Program is the name of the sessions on a database server, if the URL sets none.
	Program string
	// MaxConnections bounds the pool.
	MaxConnections int
	// LockTimeout bounds how long a statement waits for a lock; 0 means no bound but the
	// context's. Migrations set it: while a schema change waits for a lock, every other
	// statement on the table waits behind it.
	LockTimeout time.Duration
	// StatementTimeout bounds how long the server works on a statement, even when the program
	// has died or cannot be reached; 0 means no bound.
	StatementTimeout time.Duration
	// Observe is called after each statement. It may be nil.
	Observe Observer
}

// DB is a pool of connections to one database. It is safe for concurrent use.
type DB struct {
	web.DB
	Engine Engine

	engine    engine
	connector driver.Connector // for connections outside the pool
	changes   *changes
}

// Open returns a pool; it does not connect yet. The caller closes it.
func Open(o Options) (*DB, error) {
	e, err := engineOf(o.URL)
	if err != nil {
		return nil, fmt.Errorf("open database: the URL %w", err)
	}
	last := &changes{}
	o.Observe = both(last.observe, o.Observe)
	db, err := e.open(o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.changes = last
	readers := o.MaxConnections
	if db.Write != db.DB.DB {
		readers = max(1, o.MaxConnections-1)
		db.Write.SetMaxOpenConns(1)
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// newDB returns the DB of an engine with its pools for reads and for changes, which may be
// the same.
func newDB(e engine, c driver.Connector, read, write *sql.DB) *DB {
	return &DB{DB: web.DB{DB: read, Write: write, Transient: e.transient}, Engine: e.name(), engine: e, connector: c}
}
