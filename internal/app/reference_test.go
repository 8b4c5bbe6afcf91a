package app

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/web"
)

// related returns two resources, the second of which refers to the first.
func related() []web.Resource {
	return []web.Resource{
		linkedResource("note", "20260101000001", "create table note (id integer primary key, parent bigint)"),
		linkedResource("comment", "20260101000002", "create table comment (id integer primary key, parent bigint not null references note (id) deferrable)"),
	}
}

func linkedResource(name, stamp, create string) web.Resource {
	migrations := fstest.MapFS{}
	for _, engine := range databasetest.Engines() {
		migrations["migrations/"+string(engine)+"/"+stamp+"_create.sql"] = &fstest.MapFile{
			Data: []byte("-- +goose Up\n" + create + ";\n-- +goose Down\ndrop table " + name + ";\n"),
		}
	}
	type fields struct {
		Parent int64 `json:"parent"`
	}
	load := func(ctx context.Context, tx *sql.Tx, key int64, raw jsontext.Value) error {
		var f fields
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "insert into "+name+" (id, parent) values ($1, $2)", key, f.Parent)
		return err
	}
	dump := func(ctx context.Context, db web.DB, yield func(int64, any) error) error {
		rows, err := db.QueryContext(ctx, "select id, parent from "+name+" order by id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var f fields
			if err := rows.Scan(&id, &f.Parent); err != nil {
				return err
			}
			if err := yield(id, f); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	return web.Resource{Name: name, Migrations: migrations, Load: load, Dump: dump}
}

func loadText(t *testing.T, db *database.DB, texts ...string) error {
	t.Helper()
	var sources []source
	for _, text := range texts {
		sources = append(sources, source{"text", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	}
	return load(t.Context(), db, related(), sources, func() {})
}

const (
	aNote    = `{"model": "note", "pk": 1, "fields": {"parent":0}}`
	aComment = `{"model": "comment", "pk": 5, "fields": {"parent":1}}`
)

func TestRowMayComeBeforeTheRowThatItRefersTo(t *testing.T) {
	databasetest.Each(t, related(), func(t *testing.T, db *database.DB) {
		if err := loadText(t, db, "["+aComment+"]", "["+aNote+"]"); err != nil {
			t.Fatal(err)
		}
		chosen, err := chooseResources(related(), "comment", "note", "comment")
		if err != nil {
			t.Fatal(err)
		}
		var dump bytes.Buffer
		if err := fixture.Dump(t.Context(), db.DB, chosen, &dump, func() {}); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("[\n  %s,\n  %s\n]\n", aNote, aComment); dump.String() != want {
			t.Errorf("the dump is\n%swant\n%s", dump.String(), want)
		}
	})
}
