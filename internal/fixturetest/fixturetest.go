// Package fixturetest fills the databases of tests with fixtures, as the service does. Only
// tests import it.
package fixturetest

import (
	"io"
	"io/fs"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/web"
)

// LoadAll loads the fixtures that belong to the resources, in the order of their references.
func LoadAll(t testing.TB, db *database.DB, resources []web.Resource) {
	t.Helper()
	resources = byReference(t, db, resources)
	var readers []io.Reader
	for _, resource := range resources {
		if resource.Fixtures == nil {
			continue
		}
		names, err := fs.Glob(resource.Fixtures, "fixtures/*.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			file, err := resource.Fixtures.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			readers = append(readers, file)
		}
	}
	if err := load(t, db, resources, readers...); err != nil {
		t.Fatal(err)
	}
}

// Load loads one fixture, and returns the error of a fixture that is refused.
func Load(t testing.TB, db *database.DB, resources []web.Resource, text string) error {
	t.Helper()
	return load(t, db, resources, strings.NewReader(text))
}

// Dump returns all rows as a fixture that can be loaded.
func Dump(t testing.TB, db *database.DB, resources []web.Resource) string {
	t.Helper()
	var dump strings.Builder
	if err := fixture.Dump(t.Context(), db.DB, byReference(t, db, resources), &dump, func() {}); err != nil {
		t.Fatal(err)
	}
	return dump.String()
}

func byReference(t testing.TB, db *database.DB, resources []web.Resource) []web.Resource {
	t.Helper()
	ordered, err := db.ByReference(t.Context(), resources)
	if err != nil {
		t.Fatal(err)
	}
	return ordered
}

// load reads all fixtures in one transaction.
func load(t testing.TB, db *database.DB, resources []web.Resource, readers ...io.Reader) error {
	t.Helper()
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	for _, r := range readers {
		if err := fixture.Load(t.Context(), tx, resources, r, func() {}); err != nil {
			return err
		}
	}
	for _, resource := range resources {
		if err := db.AdvanceSequence(t.Context(), tx, resource.Name); err != nil {
			t.Fatal(err)
		}
	}
	return tx.Commit()
}
