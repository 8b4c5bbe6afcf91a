package databasetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// templates holds, by the hash of the migrations, the bytes of a migrated file.
var templates sync.Map

// OpenSQLite returns a migrated database in a file of its own, a copy of the template.
func OpenSQLite(t testing.TB, resources []web.Resource) *database.DB {
	t.Helper()
	return open(t, "sqlite:"+SQLiteFile(t, resources))
}

// SQLiteFile returns the path of a migrated database.
func SQLiteFile(t testing.TB, resources []web.Resource) string {
	t.Helper()
	sum, err := hash(resources, database.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	built, _ := templates.LoadOrStore(sum, sync.OnceValues(func() ([]byte, error) {
		return migratedFile(resources)
	}))
	template, err := built.(func() ([]byte, error))()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func migratedFile(resources []web.Resource) ([]byte, error) {
	dir, err := os.MkdirTemp("", "template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 1})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(context.Background(), resources, nil); err != nil {
		return nil, err
	}
	// Closing the last connection writes the log into the file.
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func makeSQLite() (url string, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "database")
	return "sqlite:" + filepath.Join(dir, "test.db"), func() error { return os.RemoveAll(dir) }, err
}
