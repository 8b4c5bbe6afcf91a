// Package databasetest gives each test a database of its own, which is migrated and empty,
// and is deleted when the test ends. Only tests import it.
//
// A database is cloned from a template that is migrated once: for SQLite a copy of a file,
// for PostgreSQL a database whose name has the hash of the migrations, so that it is made
// again only when they change.
//
// PostgreSQL is the server that TEST_DATABASE_URL names. Without it, tests run on SQLite
// alone and print that; with REQUIRE_POSTGRES=1 they fail.
package databasetest

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/envtest"
	"example.com/templatesite/internal/web"
)

func init() { envtest.Clear() }

// maxConnections is small, since many tests run at once on one server.
const maxConnections = 4

// Each runs test on every engine, as parallel subtests with a database each.
func Each(t *testing.T, resources []web.Resource, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, OpenSQLite(t, resources))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		NeedPostgres(t)
		test(t, OpenPostgres(t, resources))
	})
}

var saidOnce sync.Once

// NeedPostgres skips a test when there is no PostgreSQL server to test on, or fails it when
// REQUIRE_POSTGRES is 1.
func NeedPostgres(t testing.TB) {
	t.Helper()
	if serverURL() != "" {
		return
	}
	if os.Getenv("REQUIRE_POSTGRES") == "1" {
		t.Fatal("REQUIRE_POSTGRES is 1, but TEST_DATABASE_URL does not name a PostgreSQL server")
	}
	const reason = "PostgreSQL is not covered: TEST_DATABASE_URL does not name a server"
	saidOnce.Do(func() { fmt.Fprintln(os.Stderr, reason) })
	t.Skip(reason)
}

func serverURL() string { return os.Getenv("TEST_DATABASE_URL") }

// urls holds the URL of each open database of this package.
var urls sync.Map

// URL returns the URL of a database of this package, for a second pool on it.
func URL(t testing.TB, db *database.DB) string {
	t.Helper()
	url, ok := urls.Load(db)
	if !ok {
		t.Fatal("the database was not opened by databasetest")
	}
	return url.(string)
}

// open opens a database and closes it with the test.
func open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(database.Options{URL: url, MaxConnections: maxConnections})
	if err != nil {
		t.Fatal(err)
	}
	urls.Store(db, url)
	t.Cleanup(func() {
		urls.Delete(db)
		if err := db.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	return db
}
