package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestObserverReceivesEveryStatementWithItsResult(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		var seen []string
		watched, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 2, Observe: func(_ context.Context, s *web.Statement) {
			mu.Lock()
			defer mu.Unlock()
			if s.Start.IsZero() || s.Duration <= 0 || s.Duration > time.Minute || (s.Err == nil) != (s.ErrorType == "") {
				t.Errorf("%+v", s)
			}
			seen = append(seen, fmt.Sprint(s.Name, " ", s.Operation, " ", s.Table, " ", s.Rows, " ", s.ErrorType))
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer watched.Close()
		for _, statement := range []string{
			"insert into note values (1), (2)", "-- note.change\nupdate note set n = n returning n",
			"delete from note where n = 7", "insert into nothing valued (1)",
		} {
			runAll(t, watched.Write, statement)
		}
		for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
			tx, err := watched.Write.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := end(tx); err != nil {
				t.Error(err)
			}
		}
		runAll(t, watched.DB.DB, "select n from note")
		seen = slices.DeleteFunc(seen, func(s string) bool { return s == "connect connect  0 " })
		want := []string{
			"insert note insert note 2 ", "note.change update note 2 ", "delete note delete note 0 ",
			"insert nothing insert nothing 0 other",
			"begin begin  0 ", "commit commit  0 ", "begin begin  0 ", "rollback rollback  0 ",
			"select note select note 2 ",
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	})
}

// runAll runs a statement and reads its rows, or its count when it has none.
func runAll(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if strings.HasPrefix(statement, "insert") || strings.HasPrefix(statement, "delete") {
		_, _ = db.ExecContext(t.Context(), statement) // the observer receives the error
		return
	}
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}
