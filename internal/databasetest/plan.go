package databasetest

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

// WantIndex fails the test if the engine has to sort the rows of a statement, because no index has
// them in this order, or to read the rows before those that satisfy its condition. Then a page would
// cost the more, the more rows there are.
func WantIndex(t testing.TB, db *database.DB, query string, arguments ...any) {
	t.Helper()
	plan := planOf(t, db, query, arguments)
	explain := explains[db.Engine]
	if seeks := strings.Count(query, "where"); plan == "" || strings.Contains(plan, explain.sorts) || strings.Count(plan, explain.seeks) < seeks {
		t.Errorf("no index has the rows of\n%s\n%s", query, plan)
	}
}

// WantIndexOf is WantIndex, and fails the test, too, if the engine does not find the rows by a column,
// which the index begins with.
func WantIndexOf(t testing.TB, db *database.DB, column, query string, arguments ...any) {
	t.Helper()
	WantIndex(t, db, query, arguments...)
	explain := explains[db.Engine]
	for line := range strings.SplitSeq(planOf(t, db, query, arguments), "\n") {
		_, condition, seeks := strings.Cut(line, explain.seeks)
		_, columns, _ := strings.Cut(condition, "(") // in the order of the index
		if seeks && !strings.HasPrefix(strings.TrimLeft(columns, "("), column+explain.equals) {
			t.Errorf("no index begins with %s for\n%s\n%s", column, query, line)
		}
	}
}

// planOf returns what the engine would do for a statement.
func planOf(t testing.TB, db *database.DB, query string, arguments []any) string {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it has changed nothing
	explain := explains[db.Engine]
	for _, setting := range explain.settings {
		if _, err := tx.ExecContext(t.Context(), setting); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(t.Context(), explain.prefix+query, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var line string
		unread := make([]any, explain.column)
		for i := range unread {
			unread[i] = new(any)
		}
		if err := rows.Scan(append(unread, &line)...); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

// explains is how an engine explains what it would do. The plan is in the given column, and has a
// word for sorting, and one for finding the first row in an index, by columns that equal values.
var explains = map[database.Engine]struct {
	settings []string
	prefix   string
	column   int
	sorts    string
	seeks    string
	equals   string
}{
	database.SQLite: {nil, "explain query plan ", 3, "TEMP B-TREE", "SEARCH", "=?"}, // feature: sqlite
	// Without these settings, it would sort the few rows of a test.
	database.Postgres: {[]string{"set local enable_seqscan = off", "set local enable_bitmapscan = off", "set local enable_sort = off"}, "explain ", 0, "Sort  (", "Index Cond", " = "}, // feature: postgres
}
