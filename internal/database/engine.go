package database

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Engine names a kind of database, and the folder of its migrations.
type Engine string

// engine is what differs between the kinds of databases. The methods without a DB also work
// on the zero value.
type engine interface {
	name() Engine
	// urlForm shows what the URL of a database looks like, as in sqlite:PATH.
	urlForm() string
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
	// refused to begin one, because of a concurrent one.
	transient(err error) bool
	// violation returns which constraints a statement has violated, according to an error of
	// this engine: err is of kind conflict, and conn is the connection that it came from.
	violation(ctx context.Context, conn fullConn, s *web.Statement, err error) violation
	// readOnlyFile reports whether err says that the database's file cannot be written.
	readOnlyFile(err error) bool

	// exists returns an error that says what to do when there is no database.
	exists() error
	// hasPassword reports whether connections are opened with this password.
	hasPassword(password string) bool
	// prepare is DB.Prepare.
	prepare(ctx context.Context, db *DB, resources []web.Resource, fill func(context.Context, *DB) error) error
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
func mustBe() string {
	var forms []string
	for _, e := range engines {
		forms = append(forms, e.urlForm())
	}
	return "must be " + strings.Join(forms, " or ")
}

// CheckURL returns why the URL of a database is refused. The error continues a sentence
// about the URL, and quotes nothing of it, since it may contain a password.
func CheckURL(url string) error {
	e, err := engineOf(url)
	if err != nil {
		return err
	}
	return e.checkURL(url)
}
