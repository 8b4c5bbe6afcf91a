package sampletest

import (
	"sync"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestTransactionRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	db := databasetest.OpenPostgres(t, Resources())
	Load(t, db)
	var runs [2]int
	var both, all sync.WaitGroup
	both.Add(2)
	for i, order := range [2][2]int{{1, 2}, {2, 1}} {
		all.Go(func() {
			err := db.Tx(t.Context(), func(tx web.Querier) error {
				runs[i]++
				for step, id := range order {
					if _, err := tx.ExecContext(t.Context(), "update book set pages = pages + 1 where id = $1", id); err != nil {
						return err
					}
					if step == 0 && runs[i] == 1 {
						both.Done()
						both.Wait() // each holds the row that the other one needs next
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	pages := 0
	err := db.QueryRowContext(t.Context(), "select sum(pages) from book").Scan(&pages)
	if err != nil || pages != 352+474+4 || runs[0]+runs[1] < 3 {
		t.Errorf("%d pages after %d runs, %v; want %d after 3 or more", pages, runs, err, 352+474+4)
	}
}
