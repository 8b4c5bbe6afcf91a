// Package databasetest gives each test a database of its own, which is migrated and empty,
// and is deleted when the test ends. Only tests import it.
//
// A database is cloned from a template that is migrated once.
package databasetest

import (
	"slices"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/envtest"
	"example.com/templatesite/internal/web"
)

func init() { envtest.Clear() }

// maxConnections is small, since many tests run at once on one server.
const maxConnections = 4

// engines are the engines that tests run on.
var engines = []engine{
	{database.SQLite, OpenSQLite, makeSQLite},       // feature: sqlite
	{database.Postgres, OpenPostgres, makePostgres}, // feature: postgres
}

type engine struct {
	name database.Engine
	open func(t testing.TB, resources []web.Resource) *database.DB
	make func() (url string, remove func() error, err error)
}

// Engines returns the names of the engines.
func Engines() []database.Engine {
	var names []database.Engine
	for _, e := range engines {
		names = append(names, e.name)
	}
	return names
}

// Open returns a migrated database on the first engine, for tests of what is the same on all.
func Open(t testing.TB, resources []web.Resource) *database.DB {
	t.Helper()
	return engines[0].open(t, resources)
}

// OpenOn returns a migrated database on an engine.
func OpenOn(t testing.TB, name database.Engine, resources []web.Resource) *database.DB {
	t.Helper()
	i := slices.IndexFunc(engines, func(e engine) bool { return e.name == name })
	return engines[i].open(t, resources)
}

// Make makes an empty database on the first engine, for a test of the whole program. The caller
// removes it.
func Make() (url string, remove func() error, err error) { return engines[0].make() }

// Each runs test on every engine, as parallel subtests with a database each.
func Each(t *testing.T, resources []web.Resource, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Parallel()
	for _, e := range engines {
		t.Run(string(e.name), func(t *testing.T) {
			t.Parallel()
			test(t, e.open(t, resources))
		})
	}
}

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
