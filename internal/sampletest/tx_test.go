package sampletest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// fill makes a shelf with a book for each code, in one transaction.
func fill(ctx context.Context, db web.DB, codes ...string) error {
	return db.Tx(ctx, func(tx web.Querier) error {
		shelf, err := shelfStore{tx, tx}.Create(ctx, ShelfFields{Name: "new", Room: "new"})
		if err != nil {
			return err
		}
		for _, code := range codes {
			book := NewBook{Title: code, Code: &code, Pages: 1, Status: "unread", Listed: new(bool)}
			if _, err := (bookStore{tx, tx}).Create(ctx, BookFields{shelf.ID, book}); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTransactionStoresAShelfAndItsBooksOrNothing(t *testing.T) {
	Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		if err := fill(t.Context(), db.DB, "A", "B"); err != nil {
			t.Fatal(err)
		}
		if books := webtest.JSON[[]Book](t, c.Want(http.StatusOK, "GET", "/book/", "")); len(books) != 4 {
			t.Errorf("%d books after the transaction, want 4", len(books))
		}
		err := fill(t.Context(), db.DB, "C", "A")
		if p := database.Classifier(Resources())(err); p == nil || p.Status != http.StatusConflict || p.Errors[0].Location != "body.code" {
			t.Errorf("a duplicate code: %v is %v", err, p)
		}
		shelves := webtest.JSON[[]Shelf](t, c.Want(http.StatusOK, "GET", "/shelf/", ""))
		books := webtest.JSON[[]Book](t, c.Want(http.StatusOK, "GET", "/book/", ""))
		if len(shelves) != 2 || len(books) != 4 {
			t.Errorf("%d shelves and %d books after a transaction that failed, want 2 and 4", len(shelves), len(books))
		}
	})
}

func TestTransactionRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
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

func TestTransactionDoesNotRunAgainAfterAnErrorOfItsOwn(t *testing.T) {
	Each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		runs, own := 0, errors.New("own")
		if err := db.Tx(t.Context(), func(web.Querier) error { runs++; return own }); !errors.Is(err, own) || runs != 1 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
}
