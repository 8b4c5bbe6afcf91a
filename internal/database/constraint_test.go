package database_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

func TestViolatedConstraintIsAnsweredWithTheFieldOfTheResource(t *testing.T) {
	const tables = `create table tree (id integer primary key);
		create table branch (id integer primary key);
		create table leaf (
			tree integer references tree (id), branch integer references branch (id),
			name text unique, place integer, side integer, size integer, other integer unique,
			unique (place, side), constraint leaf_size check (size > 0));
		create table nest (tree integer references tree (id));
		insert into tree values (1); insert into branch values (1); insert into leaf (tree, name, place, side, other) values (1, 'a', 1, 1, 1)`
	at := func(name string) web.FieldError { return web.FieldError{Location: "body." + name, Message: "wrong"} }
	leaf := web.Resource{Constraints: []web.Constraint{
		{Name: "leaf_tree_fkey", Columns: "leaf.tree", Field: at("tree")},
		{Name: "leaf_branch_fkey", Columns: "leaf.branch", Field: at("branch")},
		{Name: "nest_tree_fkey", Columns: "nest.tree", Field: at("tree")},
		{Name: "leaf_name_key", Columns: "leaf.name", Field: at("name")},
		{Name: "leaf_place_side_key", Columns: "leaf.place, leaf.side", Field: at("place")},
		{Name: "leaf_size", Field: at("size")},
	}}
	tests := []struct{ sql, postgres, sqlite string }{
		// SQLite does not say which of a table's foreign keys it is.
		{"insert into leaf (tree) values (7)", "422 [tree]", "422 [tree branch]"},
		{"update leaf set branch = 7", "422 [branch]", "422 [tree branch]"},
		{"insert into nest values (7)", "422 [tree]", "422 [tree]"},
		{"-- named\ninsert into leaf (name) values ('a') returning name", "409 [name]", "409 [name]"},
		{"insert into leaf (place, side) values (1, 1)", "409 [place]", "409 [place]"},
		{"insert into leaf (size) values (0)", "422 [size]", "422 [size]"},
		{"insert into leaf (other) values (1)", "409 []", "409 []"}, // not the resource's
		{"delete from tree", "409 []", "409 []"},                    // leaf refers to it
		{"insert into tree values (1)", "409 []", "409 []"},
	}
	classify := database.Classifier([]web.Resource{leaf})
	each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Write.ExecContext(t.Context(), tables); err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			_, err := db.Write.ExecContext(t.Context(), tt.sql)
			if strings.Contains(tt.sql, "returning") {
				name := ""
				err = db.Write.QueryRowContext(t.Context(), tt.sql).Scan(&name)
			}
			p := classify(err)
			if p == nil {
				t.Errorf("%s: %v has no problem", tt.sql, err)
				continue
			}
			names := []string{}
			for _, field := range p.Errors {
				names = append(names, field.Location[len("body."):])
			}
			want := map[database.Engine]string{database.Postgres: tt.postgres, database.SQLite: tt.sqlite}[db.Engine]
			if diff := cmp.Diff(want, fmt.Sprint(p.Status, " ", names)); diff != "" {
				t.Errorf("%s: %v: %s", tt.sql, err, diff)
			}
		}
	})
}
