package database_test

import (
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// reserved returns a resource whose table is named by a reserved word of SQL.
func reserved(word string) web.Resource {
	files := fstest.MapFS{}
	for _, engine := range databasetest.Engines() {
		up := `create table "` + word + `" (` + columns[engine].id + `)`
		files["migrations/"+string(engine)+"/20260101000001_create.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + up + ";\n-- +goose Down\ndrop table \"" + word + "\";\n")}
	}
	return web.Resource{Name: word, Migrations: files}
}

func TestResourceMayBeNamedByAReservedWord(t *testing.T) {
	for _, word := range []string{"order", "user", "group", "table"} {
		t.Run(word, func(t *testing.T) { worksWith(t, reserved(word)) })
	}
}

func worksWith(t *testing.T, resource web.Resource) {
	resources, word := []web.Resource{resource}, resource.Name
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		if _, err := db.Ready(t.Context(), resources); err != nil {
			t.Error(err)
		}
		tx, err := db.Write.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }() // unless it is committed
		if _, err := tx.ExecContext(t.Context(), `insert into "`+word+`" (id) values (7)`); err != nil {
			t.Fatal(err)
		}
		if err := db.AdvanceSequence(t.Context(), tx, word); err != nil {
			t.Fatalf("the sequence of %s: %v", word, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		var id int64
		if err := db.Write.QueryRowContext(t.Context(), `insert into "`+word+`" default values returning id`).Scan(&id); err != nil || id != 8 {
			t.Errorf("the next id of %s is %d, %v", word, id, err)
		}
	})
}
