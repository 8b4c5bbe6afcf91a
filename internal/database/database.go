// Package database opens the database that a URL names, keeps its schema at the version of
// the program, and knows what its errors mean for a client.
//
// It does not know the resources, except as lists of migrations and constraints.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// engines are the kinds of databases that Open can open. The files with the prefix of an
// engine are only for that one: to drop it, delete its line here and those files.
var engines = []engine{
	sqliteEngine{},
	postgresEngine{},
}

// Options say which database to open, and how.
type Options struct {
	// URL is sqlite:PATH or postgres://…
	URL string
	// Password, when it is not empty, overrides the URL's.
	Password string
	// Program is the name of PostgreSQL's sessions (application_name), if the URL sets none.
	Program string // feature: postgres
	// Create makes an empty SQLite file when it is missing. Otherwise the first query fails.
	Create bool
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

// HasPassword reports whether connections are opened with this password, whether it comes
// from the options, the URL or the environment.
func (db *DB) HasPassword(password string) bool { return db.engine.hasPassword(password) }

// Exists returns an error that says what to do when there is no database file.
func (db *DB) Exists() error { return db.engine.exists() }

// Prepare gets a database file ready to be served: it migrates the database and, if it is
// new, calls fill. On a database server it does nothing. When several programs start at once
// on one file, one does the work and the others wait. A start that is killed leaves an empty
// database, and the next start begins again.
func (db *DB) Prepare(ctx context.Context, resources []web.Resource, fill func(context.Context, *DB) error) error {
	return db.engine.prepare(ctx, db, resources, fill)
}
