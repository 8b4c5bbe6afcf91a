// Package sampletest is a service of two resources, shelves and the books on them, for the
// tests of the code that all resources share. A book has a field of every kind: a
// required and an optional text, a bounded integer, an enum and a boolean with a
// default, an optional time, and a reference to its shelf. Shelves are listed oldest
// first; books newest first, filtered, and below their shelf. Only tests import it.
//
// It does not know the resources of the real service, so these can be replaced.
package sampletest

import (
	"embed"
	"io/fs"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixturetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

//go:embed shelf book fixtures
var files embed.FS

// Resources are the resources: shelves, then the books, which refer to them.
func Resources() []web.Resource {
	return []web.Resource{
		{
			Name: "shelf", Migrations: folder("shelf"), Fixtures: files,
			Routes: shelfRoutes, Load: loadShelf, Dump: dumpShelves,
		},
		{
			Name: "book", Migrations: folder("book"), Constraints: bookConstraints,
			Routes: bookRoutes, Load: loadBook, Dump: dumpBooks,
		},
	}
}

// folder returns the folder of one resource.
func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // it is embedded
	}
	return sub
}

// MaxBodyBytes is the size of the largest body that the service takes.
const MaxBodyBytes = 1 << 20

// NewAPI returns the service on db, with its description.
func NewAPI(db *database.DB) *web.API {
	api := web.NewAPI(web.Options{
		Title: "sample", Description: "Shelves of books.", Version: "test", MaxBodyBytes: MaxBodyBytes, Classify: database.Classifier(Resources()),
	})
	for _, resource := range Resources() {
		resource.Routes(api, db.DB)
	}
	api.Documents()
	return api
}

// New returns a client of the service on a database that has the fixtures.
func New(t testing.TB) *webtest.Client {
	t.Helper()
	db := databasetest.Open(t, Resources())
	Load(t, db)
	return webtest.New(t, NewAPI(db))
}

// Each runs test on every engine, on a database that has the fixtures: shelf 1 with
// the books 1 and 2.
func Each(t *testing.T, test func(t *testing.T, c *webtest.Client, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, Resources(), func(t *testing.T, db *database.DB) {
		Load(t, db)
		test(t, webtest.New(t, NewAPI(db)), db)
	})
}

// Load loads the fixtures.
func Load(t testing.TB, db *database.DB) {
	t.Helper()
	fixturetest.LoadAll(t, db, Resources())
}
