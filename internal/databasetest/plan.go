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
	text := strings.Join(plan, "\n")
	seeks := strings.Count(query, "where")
	if rows.Err() != nil || text == "" || strings.Contains(text, explain.sorts) || strings.Count(text, explain.seeks) < seeks {
		t.Errorf("no index has the rows of\n%s\n%s\n%v", query, text, rows.Err())
	}
}

// explains is how an engine explains what it would do. The plan is in the given column, and has a
// word for sorting, and one for finding the first row in an index.
var explains = map[database.Engine]struct {
	settings []string
	prefix   string
	column   int
	sorts    string
	seeks    string
}{
	database.SQLite: {nil, "explain query plan ", 3, "TEMP B-TREE", "SEARCH"}, // feature: sqlite
	// Without these settings, it would sort the few rows of a test.
	database.Postgres: {[]string{"set local enable_seqscan = off", "set local enable_bitmapscan = off", "set local enable_sort = off"}, "explain ", 0, "Sort  (", "Index Cond"}, // feature: postgres
}
