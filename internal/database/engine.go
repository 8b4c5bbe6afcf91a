package database

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/templatesite/internal/web"
)

// Engine names a kind of database, and the folder of its migrations.
type Engine string

// engine is what differs between the kinds of databases. The methods without a DB also work
// on the zero value.
type engine interface {
	name() Engine
	// help says how to use the engine.
	help() EngineHelp
	// defaultURL is the URL of the database of a service when no other is given.
	defaultURL(service string) string
	// accepts reports whether a URL is meant for this engine.
	accepts(url string) bool
	// checkURL returns why the URL is refused: see CheckURL.
	checkURL(url string) error
	open(o Options) (*DB, error)

	// kind returns what an error of this engine's driver means, or nil for any other error.
	kind(err error) *kind
	// connectionLost reports whether err says that an open connection has ended. known is
	// false if the error is not this engine's.
	connectionLost(err error) (lost, known bool)
	// transient reports whether err says that the engine has rolled back a transaction, or
	// refused to begin one, because of a concurrent one, or that another connection may accept it.
	transient(err error) bool
	// violation returns which constraints a statement has violated, according to an error of
	// this engine: err is of kind conflict, and conn is the connection that it came from.
	violation(ctx context.Context, conn fullConn, s *web.Statement, err error) violation
	// readOnly reports whether the server refuses changes now.
	readOnly(ctx context.Context, db *DB) (bool, error)
	// lock runs f while no other program migrates the database.
	lock(ctx context.Context, db *DB, f func() error) error
	schemaEngine
}

// lockWait bounds how long a program waits for another one's migrations.
const lockWait = 5 * time.Minute

// engineOf returns the engine of a URL. The error continues a sentence about the URL.
func engineOf(url string) (engine, error) {
	if i := slices.IndexFunc(engines, func(e engine) bool { return e.accepts(url) }); i >= 0 {
		return engines[i], nil
	}
	return nil, errors.New(mustBe())
}

// mustBe begins the sentence that says what URLs look like.
func mustBe() string { return "must be " + urlForms() }

// CheckURL returns why the URL of a database is refused. The error continues a sentence
// about the URL, and quotes nothing of it, since it may contain a password.
func CheckURL(url string) error {
	e, err := engineOf(url)
	if err != nil {
		return err
	}
	return e.checkURL(url)
}

// DefaultURL returns the URL of the database of a service when no other is given.
func DefaultURL(service string) string { return engines[0].defaultURL(service) }
