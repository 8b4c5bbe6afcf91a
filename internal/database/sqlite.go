package database

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"modernc.org/sqlite"

	"example.com/templatesite/internal/web"
)

// sqliteSettings hold on every connection: readers do not wait for the writer
// (WAL), a commit is on the disk before it is acknowledged (synchronous FULL), a
// writer waits for its turn instead of failing (busy_timeout, txlock immediate),
// times are in UTC and in a form that sorts, and a connection keeps 500 KB of the
// file, as the system's cache keeps the rest (cache_size).
const sqliteSettings = "_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC&_pragma=cache_size(-500)"

// openSQLite opens the file at path. It never makes one: SQLite would make it
// readable for everyone (see sqlite_file.go).
func openSQLite(path string, o Options) (*DB, error) {
	if err := checkPath(path); err != nil {
		return nil, fmt.Errorf("the URL %w", err)
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: sqliteSettings + "&mode=rw"}
	db, err := connectSQLite(name.String(), o.Observe)
	if err != nil {
		return nil, err
	}
	db.path, db.create = path, o.Create
	return db, nil
}

func connectSQLite(name string, observe Observer) (*DB, error) {
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	pool := func() *sql.DB { return sql.OpenDB(observeConnector{stmtCacheConnector{connector}, observe}) }
	return &DB{DB: web.DB{DB: pool(), Write: pool()}, Engine: SQLite, connector: connector}, nil
}

// checkPath returns why path, which follows sqlite: in a URL, is refused: other programs
// take it for more than a path, or the file would have another name than it seems. The
// error continues a sentence about the URL, and quotes nothing of it.
func checkPath(path string) error {
	invisible := func(c rune) bool { return !unicode.IsPrint(c) }
	switch {
	case path == "":
		return errors.New("needs the path of a file, as in sqlite:templatesite.db")
	case strings.HasSuffix(path, ":memory:"):
		return errors.New("cannot be in memory, where each connection has a database of its own: name a file, as in sqlite:templatesite.db")
	case strings.HasPrefix(path, "file:"), strings.HasPrefix(path, "sqlite:"):
		return errors.New("takes a path, not a URL, after sqlite: leave out file:, as in sqlite:templatesite.db")
	case strings.HasPrefix(path, "//"):
		return errors.New("takes a path after sqlite: write one slash or none, as in sqlite:/srv/templatesite.db")
	case strings.Contains(path, "?"):
		return errors.New("takes a path without parameters after sqlite: leave out the ? and what follows it")
	case !utf8.ValidString(path), strings.ContainsFunc(path, invisible), strings.TrimSpace(path) != path:
		return errors.New("has spaces at an end of the path, or invisible characters in it, such as the carriage return of a file with Windows line endings")
	case strings.HasSuffix(path, "/"):
		return errors.New("names a folder: add the name of a file, as in sqlite:data/templatesite.db")
	}
	return nil
}

// named puts the path of the database before an error of SQLite, which has none.
func (db *DB) named(err error) error {
	if _, ok := errors.AsType[*sqlite.Error](err); ok {
		return fmt.Errorf("%q: %w", db.path, err)
	}
	return err
}
