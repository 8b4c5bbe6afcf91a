package tweet

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// record is a tweet in a fixture: every column but id and version, under the same name.
type record struct {
	Fields
	Timestamp time.Time `json:"timestamp"`
}

func load(ctx context.Context, tx *sql.Tx, id int64, fields jsontext.Value) error {
	r, err := web.Decode[record](fields)
	if err != nil {
		return err
	}
	t := Tweet{ID: id, Fields: r.Fields, Timestamp: r.Timestamp, Version: web.NewVersion()}
	return Store{Write: web.InTx(tx)}.load(ctx, t)
}

// dumpPage is how many tweets dump reads at a time.
const dumpPage = 1000

func dump(ctx context.Context, db web.DB, yield func(id int64, fields any) error) error {
	for after := int64(0); ; {
		tweets, err := NewStore(db).List(ctx, after, dumpPage)
		if err != nil {
			return err
		}
		for _, t := range tweets {
			if err := yield(t.ID, record{t.Fields, t.Timestamp}); err != nil {
				return err
			}
			after = t.ID
		}
		if len(tweets) < dumpPage {
			return nil
		}
	}
}
