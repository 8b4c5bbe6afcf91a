// Package database opens the database that a URL names, keeps its schema at the
// version of the program, and knows what its errors mean for a client.
//
// It does not know the resources, except as lists of migrations.
package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Engine is the kind of database: it names the folder of its migrations.
type Engine string

// The engines that the resources' SQL is written and tested for.
const (
	Postgres Engine = "postgres"
	SQLite   Engine = "sqlite"
)

// Options say which database to open, and how.
type Options struct {
	// URL is sqlite:PATH or postgres://…
	URL string
	// Password, when it is not empty, overrides the URL's.
	Password string
	// Create makes a SQLite file that is missing, and empty. Without it, that is an
	// error of the first query.
	Create bool
	// MaxConnections bounds the pool.
	MaxConnections int
	// LockTimeout bounds how long a statement waits for a lock; 0 is no bound
	// but the request's own. Migrations set it: a schema change that waits for a
	// lock makes everybody behind it wait too.
	LockTimeout time.Duration
	// StatementTimeout bounds how long the server works on a statement, also for a
	// program that has died or cannot be reached; 0 is no bound.
	StatementTimeout time.Duration
	// Observe is called with each statement that is done. It may be nil.
	Observe Observer
}

// both returns an observer that calls both; the second may be nil.
func both(first, second Observer) Observer {
	if second == nil {
		return first
	}
	return func(ctx context.Context, s *web.Statement) {
		first(ctx, s)
		second(ctx, s)
	}
}

// DB is a pool of connections to one database. It is safe for concurrent use.
type DB struct {
	web.DB
	Engine Engine

	changes   *changes
	connector driver.Connector // to the database itself, unobserved

	// Of SQLite: the file, and whether it is made when it is missing.
	path   string
	create bool

	// Of PostgreSQL:
	password    string
	namesSchema bool // the URL does
}

// HasPassword reports whether this is the password that connections are opened with,
// wherever it comes from.
func (db *DB) HasPassword(password string) bool { return db.password == password }

// Exists returns an error that says what to do when there is no database file.
func (db *DB) Exists() error {
	if db.Engine != SQLite {
		return nil
	}
	if _, err := os.Stat(db.path); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no database %q: `app` creates and fills one, `app migrate` creates an empty one", db.path)
	}
	return nil
}

// Open returns a pool; it does not connect yet. The caller closes it.
func Open(o Options) (*DB, error) {
	var db *DB
	var err error
	last := &changes{}
	o.Observe = both(last.observe, o.Observe)
	if path, ok := strings.CutPrefix(o.URL, "sqlite:"); ok {
		db, err = openSQLite(path, o)
	} else {
		db, err = openPostgres(o)
	}
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
