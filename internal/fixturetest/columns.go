package fixturetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// KeepsEveryColumn tests, on every engine, that a dump of the resources' fixtures loses
// nothing: every column of their tables is in it under its own name, and a database that is
// loaded from it has the same rows. The fixtures must set each column at least once, and to
// another value than its default.
//
// Two columns are left out: id, which is the key of a row, and version, which is random.
func KeepsEveryColumn(t *testing.T, resources []web.Resource) {
	t.Helper()
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		LoadAll(t, db, resources)
		text := Dump(t, db, resources)
		copied := databasetest.OpenOn(t, db.Engine, resources)
		if err := Load(t, copied, resources, text); err != nil {
			t.Fatalf("load the dump: %v", err)
		}
		for _, resource := range resources {
			columns, rows := table(t, db, resource.Name)
			for _, column := range columns {
				if !slices.Contains(dumped(t, text, resource.Name), column) {
					t.Errorf("the column %s of the table %s is in no row of the dump: have Dump yield it under that name, and a fixture set it", column, resource.Name)
				}
			}
			if _, again := table(t, copied, resource.Name); cmp.Diff(rows, again) != "" {
				t.Errorf("the table %s after its dump was loaded: %s", resource.Name, cmp.Diff(rows, again))
			}
		}
	})
}

// HasRows reports whether a dump has the rows of a fixture of one model, and no others of that model.
func HasRows(t *testing.T, dump, fixture string) bool {
	t.Helper()
	type row struct {
		Model  string
		PK     int64
		Fields map[string]any
	}
	var all, want []row
	for text, rows := range map[string]*[]row{dump: &all, fixture: &want} {
		if err := json.Unmarshal([]byte(text), rows); err != nil {
			t.Fatal(err)
		}
	}
	return cmp.Equal(want, slices.DeleteFunc(all, func(r row) bool { return r.Model != want[0].Model }))
}

// dumped returns the names of the fields that a dump has of a model.
func dumped(t *testing.T, text, model string) []string {
	t.Helper()
	var rows []struct {
		Model  string
		Fields map[string]any
	}
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, row := range rows {
		for name := range row.Fields {
			if row.Model == model {
				names = append(names, name)
			}
		}
	}
	return names
}

// table returns the names of the columns of a table, and its rows in the order of their
// keys, each with its key.
func table(t *testing.T, db *database.DB, name string) (columns, values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), fmt.Sprintf(`select * from %q order by id`, name))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row, targets := make([]any, len(all)), make([]any, len(all))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		text := ""
		for i, column := range all {
			if column != "version" {
				text += fmt.Sprintf("%s: %v; ", column, row[i])
			}
		}
		values = append(values, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	columns = slices.DeleteFunc(all, func(column string) bool { return column == "id" || column == "version" })
	return columns, values
}
