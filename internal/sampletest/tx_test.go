package sampletest

import (
	"context"
	"errors"
	"net/http"
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

func TestTransactionDoesNotRunAgainAfterAnErrorOfItsOwn(t *testing.T) {
	Each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		runs, own := 0, errors.New("own")
		if err := db.Tx(t.Context(), func(web.Querier) error { runs++; return own }); !errors.Is(err, own) || runs != 1 {
			t.Errorf("%d runs, %v", runs, err)
		}
	})
}

// The stores and fill do not know about the transaction of the context.
func TestStoresJoinTheTransactionOfAContext(t *testing.T) {
	Each(t, func(t *testing.T, c *webtest.Client, db *database.DB) {
		failed := errors.New("failed")
		for _, want := range []error{nil, failed} {
			err := db.Atomic(t.Context(), func(ctx context.Context) error {
				shelf, err := newShelfStore(db.DB).Create(ctx, ShelfFields{Name: "joined", Room: "new"})
				if err != nil {
					return err
				}
				if _, err := newShelfStore(db.DB).Get(ctx, shelf.ID); err != nil {
					t.Errorf("the row that was made is not read: %v", err)
				}
				if _, err := newShelfStore(db.DB).Get(t.Context(), shelf.ID); !errors.Is(err, web.ErrNotFound) {
					t.Errorf("another context reads it: %v", err)
				}
				if err := fill(ctx, db.DB); err != nil {
					return err
				}
				if err := fill(ctx, db.DB, "A", "A"); err == nil {
					t.Error("two books have the same code")
				}
				return want
			})
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
			if shelves := webtest.JSON[[]Shelf](t, c.Want(http.StatusOK, "GET", "/shelf/", "")); len(shelves) != 3 {
				t.Errorf("after %v: %d shelves, want 3: the first one, and those of the transaction that did not fail", want, len(shelves))
			}
		}
	})
}

func TestTransactionOfAContextIsForItsOwnDatabaseAlone(t *testing.T) {
	Each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		other := databasetest.OpenOn(t, db.Engine, Resources())
		failed := errors.New("failed")
		err := db.Atomic(t.Context(), func(ctx context.Context) error {
			if _, err := newShelfStore(other.DB).Create(ctx, ShelfFields{Name: "other", Room: "new"}); err != nil {
				return err
			}
			if err := fill(ctx, other.DB); err != nil {
				return err
			}
			return failed
		})
		if rows, rowsErr := other.Rows(t.Context(), "shelf"); !errors.Is(err, failed) || rows != 2 || rowsErr != nil {
			t.Errorf("%v; %d rows, %v in the other database, want 2", err, rows, rowsErr)
		}
	})
}
