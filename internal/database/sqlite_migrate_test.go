package database_test

import (
	"context"
	"path/filepath"
	"testing"

	"example.com/templatesite/internal/database"
)

func init() {
	columns[database.SQLite] = engineColumns{
		id:     "id integer primary key autoincrement",
		former: "id integer primary key autoincrement, version_id integer not null, is_applied integer not null, tstamp timestamp default (datetime('now'))",
	}
}

func TestFirstStartOnAFormerFileTakesItOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "former.db")
	former, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer former.Close()
	if err := former.Migrate(t.Context(), nil, nil); err != nil { // makes the file
		t.Fatal(err)
	}
	makeFormer(t, former, 2)
	db, err := database.Open(database.Options{URL: "sqlite:" + path, MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Prepare(t.Context(), renamed(), func(context.Context, *database.DB) error {
		t.Error("an existing database is filled")
		return nil
	})
	if err != nil || rows(t, db) != 2 || count(t, db, "note_migrations") != 2 {
		t.Errorf("%d rows, %v", rows(t, db), err)
	}
	if advice, err := db.Ready(t.Context(), renamed()); err != nil || advice != "" {
		t.Errorf("Ready = %q, %v", advice, err)
	}
}
