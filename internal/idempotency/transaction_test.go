package idempotency_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// moving is an operation that makes a shelf and moves a book to it, in a transaction of its own,
// and then ends as the body says.
type moving struct{ db web.DB }

type movingInput struct {
	Body struct {
		Then string `json:"then" enum:"succeed,fail,panic" doc:"What happens after the transaction." example:"fail"`
	}
}

func (m moving) serve(ctx context.Context, in *movingInput) (*struct{}, error) {
	err := m.db.Tx(ctx, func(tx web.Querier) error {
		var id int64
		err := tx.QueryRowContext(ctx, "insert into shelf (name, room, version) values ('new', 'new', 1) returning id").Scan(&id)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "update book set shelf = $1 where id = 1", id)
		return err
	})
	switch in.Body.Then {
	case "fail":
		return nil, web.ErrNotFound
	case "panic":
		panic("after the transaction")
	}
	return nil, err
}

func TestTransactionOfAHandlerIsUndoneWithItsRequest(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		api := newAPI(db)
		web.Register(api, huma.Operation{OperationID: "move", Method: http.MethodPost, Path: "/moving", DefaultStatus: http.StatusNoContent}, moving{db.DB}.serve)
		c := webtest.New(t, api)
		moved := func() (moved bool) {
			if err := db.QueryRowContext(t.Context(), "select shelf <> 1 from book where id = 1").Scan(&moved); err != nil {
				t.Fatal(err)
			}
			return moved
		}
		c.Want(http.StatusNotFound, "POST", "/moving", `{"then":"fail"}`, key)
		c.Want(http.StatusInternalServerError, "POST", "/moving", `{"then":"panic"}`, key)
		wantRows(t, db, "shelf", 1)
		wantRows(t, db, "idempotency_key", 0)
		if moved() {
			t.Error("the book is moved although the requests failed")
		}
		first := c.Want(http.StatusNoContent, "POST", "/moving", `{"then":"succeed"}`, key)
		wantReplay(t, first, c.Do("POST", "/moving", `{"then":"succeed"}`, key))
		wantRows(t, db, "shelf", 2)
		if !moved() {
			t.Error("the book is not moved")
		}
	})
}

func TestRequestDoesNotWaitLongerThanItsTimeout(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		first, err := db.Write.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if _, err := first.ExecContext(t.Context(), "insert into idempotency_key (key, fingerprint, created) values ('x', $1, $2)", []byte{}, web.Timestamp(&now)); err != nil {
			t.Fatal(err)
		}
		c := webtest.New(t, middleware.Deadline(300*time.Millisecond)(newAPI(db)))
		c.Want(http.StatusGatewayTimeout, "POST", "/book/", walden, "Idempotency-Key: x")
		if err := first.Rollback(); err != nil {
			t.Fatal(err)
		}
		c.Want(http.StatusCreated, "POST", "/book/", walden, "Idempotency-Key: x")
		wantRows(t, db, "book", 3)
	})
}
