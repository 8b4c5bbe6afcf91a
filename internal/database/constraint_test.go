package database_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

const constrained = `create table tree (id integer primary key);
	create table branch (id integer primary key);
	create table leaf (
		tree integer references tree (id), branch integer references branch (id),
		name text unique, place integer, side integer, size integer, other integer unique,
		unique (place, side), constraint leaf_size check (size > 0));
	create table nest (tree integer references tree (id));
	insert into tree values (1); insert into branch values (1); insert into leaf (tree, name, place, side, other) values (1, 'a', 1, 1, 1)`

// violation is a statement that violates a constraint, and the status and the fields of its answer.
type violation struct{ sql, want string }

// isAnswered makes the constrained tables and tests the answers to violations.
func isAnswered(t *testing.T, db *database.DB, violations ...violation) {
	t.Helper()
	at := func(name string) web.FieldError { return web.FieldError{Location: "body." + name, Message: "wrong"} }
	leaf := web.Resource{Name: "leaf", Constraints: []web.Constraint{
		{Name: "leaf_tree_fkey", Columns: "leaf.tree", Field: at("tree")},
		{Name: "leaf_branch_fkey", Columns: "leaf.branch", Field: at("branch")},
		{Name: "nest_tree_fkey", Columns: "nest.tree", Field: at("tree")},
		{Name: "leaf_name_key", Columns: "leaf.name", Field: at("name")},
		{Name: "leaf_place_side_key", Columns: "leaf.place, leaf.side", Field: at("place")},
		{Name: "leaf_size", Field: at("size")},
	}}
	classify := database.Classifier([]web.Resource{leaf})
	if _, err := db.Write.ExecContext(t.Context(), constrained); err != nil {
		t.Fatal(err)
	}
	for _, tt := range violations {
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
		if diff := cmp.Diff(tt.want, fmt.Sprint(p.Status, " ", names)); diff != "" {
			t.Errorf("%s: %v: %s", tt.sql, err, diff)
		}
	}
}

func TestViolatedConstraintIsAnsweredWithTheFieldOfTheResource(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		isAnswered(
			t, db,
			violation{"insert into nest values (7)", "422 [tree]"},
			violation{"-- named\ninsert into leaf (name) values ('a') returning name", "409 [name]"},
			violation{"insert into leaf (place, side) values (1, 1)", "409 [place]"},
			violation{"insert into leaf (size) values (0)", "422 [size]"},
			violation{"insert into leaf (other) values (1)", "409 []"}, // not the resource's
			violation{"delete from tree", "409 []"},                    // leaf refers to it
			violation{"insert into tree values (1)", "409 []"},
		)
	})
}

func TestCascadeDeletesAllOrNothing(t *testing.T) {
	const cascading = `create table tree (id integer primary key);
		create table branch (id integer primary key, tree integer references tree (id) on delete cascade);
		create table leaf (id integer primary key, branch integer references branch (id) on delete cascade);
		create table nest (branch integer references branch (id));
		insert into tree values (1), (2); insert into branch values (1, 1), (2, 2);
		insert into leaf values (1, 1), (2, 2); insert into nest values (2)`
	each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Write.ExecContext(t.Context(), cascading); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Write.ExecContext(t.Context(), "delete from tree where id = 1"); err != nil {
			t.Error(err)
		}
		_, err := db.Write.ExecContext(t.Context(), "delete from tree where id = 2")
		p := database.Classifier([]web.Resource{{Name: "branch"}, {Name: "leaf"}, {Name: "nest"}})(err)
		if want := "Something refers to this: nest. Delete or change that first."; p == nil || p.Status != 409 || p.Detail != want {
			t.Errorf("%v is answered with %+v, want %q", err, p, want)
		} else if !slices.Equal(p.Referrers, []string{"nest"}) {
			t.Errorf("the referrers are %v", p.Referrers)
		}
		for _, table := range []string{"tree", "branch", "leaf"} {
			if rows, err := db.Rows(t.Context(), table); err != nil || rows != 1 {
				t.Errorf("%s has %d rows, %v; want 1", table, rows, err)
			}
		}
	})
}

func TestRowThatIsReferredToIsAnsweredWithWhatRefersToIt(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Write.ExecContext(t.Context(), constrained); err != nil {
			t.Fatal(err)
		}
		_, err := db.Write.ExecContext(t.Context(), "delete from tree")
		for name, want := range map[string]string{
			"leaf":  "Something refers to this: leaf. Delete or change that first.",
			"other": "This conflicts with existing data.", // a table that is no resource is not named
		} {
			if p := database.Classifier([]web.Resource{{Name: name}})(err); p.Status != 409 || p.Detail != want {
				t.Errorf("with the resource %s: %d %q, want %q", name, p.Status, p.Detail, want)
			}
		}
	})
}
