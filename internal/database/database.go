// Package database opens the database that a URL names, keeps its schema at the
// version of the program, and knows what its errors mean for a client.
//
// It does not know the resources, except as lists of migrations.
package database

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
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
	// MaxConnections bounds the pool.
	MaxConnections int
	// LockTimeout bounds how long a statement waits for a lock; 0 is no bound
	// but the request's own. Migrations set it: a schema change that waits for a
	// lock makes everybody behind it wait too.
	LockTimeout time.Duration
}

// DB is a pool of connections to one database. It is safe for concurrent use.
type DB struct {
	*sql.DB
	Engine Engine

	path string // of the SQLite file
}

// Open returns a pool; it does not connect yet. The caller closes it.
func Open(o Options) (*DB, error) {
	var db *DB
	var err error
	switch scheme, rest, _ := strings.Cut(o.URL, ":"); scheme {
	case "sqlite":
		db, err = openSQLite(rest)
	case "postgres", "postgresql":
		db, err = openPostgres(o)
	default:
		return nil, errors.New("the database URL must begin with sqlite: or postgres://")
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(o.MaxConnections)
	db.SetMaxIdleConns(o.MaxConnections)
	return db, nil
}
