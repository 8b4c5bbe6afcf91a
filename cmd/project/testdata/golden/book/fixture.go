package book

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// record is a book in a fixture: every column but id and version, under the same name.
type record struct {
	Fields
	Added time.Time `json:"added"`
}

func load(ctx context.Context, tx *sql.Tx, id int64, fields jsontext.Value) error {
	r, err := web.Decode[record](fields)
	if err != nil {
		return err
	}
	b := Book{ID: id, Fields: r.Fields, Added: r.Added, Version: web.NewVersion()}
	return Store{Write: web.InTx(tx)}.load(ctx, b)
}

// dumpPage is how many books dump reads at a time.
const dumpPage = 1000

func dump(ctx context.Context, db web.DB, yield func(id int64, fields any) error) error {
	for after := int64(0); ; {
		books, err := NewStore(db).List(ctx, after, dumpPage)
		if err != nil {
			return err
		}
		for _, b := range books {
			if err := yield(b.ID, record{b.Fields, b.Added}); err != nil {
				return err
			}
			after = b.ID
		}
		if len(books) < dumpPage {
			return nil
		}
	}
}
