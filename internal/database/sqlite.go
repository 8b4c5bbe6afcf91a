package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"modernc.org/sqlite"
)

// sqliteSettings apply to every connection: readers do not wait for the writer (WAL), a
// commit is on the disk before it is acknowledged (synchronous FULL), a writer waits for
// the lock instead of failing (busy_timeout, txlock immediate), times are in UTC and in a
// form that sorts, and a connection caches only 500 KB, as the operating system caches the
// file (cache_size).
const sqliteSettings = "_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC&_pragma=cache_size(-500)"

// SQLite is SQLite, in a file.
const SQLite Engine = "sqlite"

type sqliteEngine struct {
	path string // of the file
}

func (sqliteEngine) name() Engine { return SQLite }

func (sqliteEngine) help() EngineHelp {
	return EngineHelp{
		URL:     "sqlite:PATH",
		Start:   "With SQLite the database is created, migrated and filled on the first start.",
		Example: "app --address :8080 --database-url sqlite:/var/lib/app/data.db",
	}
}

func (sqliteEngine) defaultURL(service string) string { return "sqlite:" + service + ".db" }

func (sqliteEngine) accepts(url string) bool { return strings.HasPrefix(url, "sqlite:") }

func (sqliteEngine) checkURL(url string) error { return checkPath(strings.TrimPrefix(url, "sqlite:")) }

// readOnly is false: SQLite opens a file that it cannot write, and only a change shows it.
func (sqliteEngine) readOnly(context.Context, *DB) (bool, error) { return false, nil }

// open never makes the file: SQLite would make it readable for everyone (see
// sqlite_file.go).
func (e sqliteEngine) open(o Options) (*DB, error) {
	if err := e.checkURL(o.URL); err != nil {
		return nil, fmt.Errorf("the URL %w", err)
	}
	e.path = strings.TrimPrefix(o.URL, "sqlite:")
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: e.path}).EscapedPath(), RawQuery: sqliteSettings + "&mode=rw"}
	return e.connect(name.String(), o.Observe)
}

// connect returns pools for the database that SQLite knows by this name.
func (e sqliteEngine) connect(name string, observe Observer) (*DB, error) {
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	pool := func() *sql.DB { return sql.OpenDB(newObserveConnector(stmtCacheConnector{connector}, e, observe)) }
	return newDB(e, connector, pool(), pool()), nil
}

// checkPath returns why path, the URL without sqlite:, is refused: other programs would read
// more than a path into it, or the name of the file would not be the one that it seems to be.
// The error continues a sentence about the URL, and quotes nothing of it.
func checkPath(path string) error {
	invisible := func(c rune) bool { return !unicode.IsPrint(c) }
	switch {
	case path == "":
		return errors.New("needs the path of a file, as in sqlite:data.db")
	case strings.HasSuffix(path, ":memory:"):
		return errors.New("cannot be in memory, where each connection has a database of its own: name a file, as in sqlite:data.db")
	case strings.HasPrefix(path, "file:"), strings.HasPrefix(path, "sqlite:"):
		return errors.New("takes a path, not a URL, after sqlite: leave out file:, as in sqlite:data.db")
	case strings.HasPrefix(path, "//"):
		return errors.New("takes a path after sqlite: write one slash or none, as in sqlite:/srv/data.db")
	case strings.Contains(path, "?"):
		return errors.New("takes a path without parameters after sqlite: leave out the ? and everything after it")
	case !utf8.ValidString(path), strings.ContainsFunc(path, invisible), strings.TrimSpace(path) != path:
		return errors.New("has spaces before or after the path, or invisible characters in it, such as the carriage return of a file with Windows line endings")
	case strings.HasSuffix(path, "/"):
		return errors.New("names a folder: add the name of a file, as in sqlite:folder/data.db")
	}
	return nil
}

// withPath puts the path of the database before an error of SQLite, which does not name it.
func (e sqliteEngine) withPath(err error) error {
	if _, ok := errors.AsType[*sqlite.Error](err); ok {
		return fmt.Errorf("%q: %w", e.path, err)
	}
	return err
}
