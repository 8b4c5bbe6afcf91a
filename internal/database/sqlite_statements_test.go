package database_test

import (
	"os"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
)

func TestSQLiteCopiesItsLogBackIntoTheFile(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, resources(1))
	for range 60 { // of 25 pages each; SQLite copies the log back every 1000 pages
		var id int64
		row := db.Write.QueryRowContext(t.Context(), "insert into note values ($1) returning rowid", strings.Repeat("x", 100_000))
		if err := row.Scan(&id); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Stat(strings.TrimPrefix(databasetest.URL(t, db), "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	if file.Size() < 1_000_000 {
		t.Errorf("the file has %d bytes after 6 MB of changes", file.Size())
	}
}
