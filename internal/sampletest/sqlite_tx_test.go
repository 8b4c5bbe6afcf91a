package sampletest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestTransactionRunsAtMostFiveTimesWhileSQLiteIsBusy(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenSQLite(t, Resources())
	Load(t, db)
	impatient, err := sql.Open("sqlite", strings.TrimPrefix(databasetest.URL(t, db), "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer impatient.Close()
	for _, busy := range []int{2, 100} {
		runs := 0
		err := db.Tx(t.Context(), func(tx web.Querier) error {
			if _, err := tx.ExecContext(t.Context(), "update book set pages = pages + 1"); err != nil {
				return err
			}
			if runs++; runs <= busy {
				_, err := impatient.ExecContext(t.Context(), "update book set pages = 0")
				return fmt.Errorf("busy: %w", err)
			}
			return nil
		})
		if busy == 2 && (err != nil || runs != 3) || busy == 100 && (err == nil || runs != 5) {
			t.Errorf("%d runs while it is busy %d times, %v", runs, busy, err)
		}
	}
	pages := 0
	if err := db.QueryRowContext(t.Context(), "select sum(pages) from book").Scan(&pages); err != nil || pages != 352+474+2 {
		t.Errorf("%d pages, %v", pages, err)
	}
}
