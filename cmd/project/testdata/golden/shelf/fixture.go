package shelf

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// record is a shelf in a fixture: every column but id and version, under the same name.
type record struct {
	Fields
	Founded time.Time `json:"founded"`
}

func load(ctx context.Context, tx *sql.Tx, id int64, fields jsontext.Value) error {
	r, err := web.Decode[record](fields)
	if err != nil {
		return err
	}
	v := Shelf{ID: id, Fields: r.Fields, Founded: r.Founded, Version: web.NewVersion()}
	return Store{Write: web.InTx(tx)}.load(ctx, v)
}

// dumpPage is how many shelves dump reads at a time.
const dumpPage = 1000

func dump(ctx context.Context, db web.DB, yield func(id int64, fields any) error) error {
	for after := int64(0); ; {
		shelves, err := NewStore(db).List(ctx, after, dumpPage)
		if err != nil {
			return err
		}
		for _, v := range shelves {
			if err := yield(v.ID, record{v.Fields, v.Founded}); err != nil {
				return err
			}
			after = v.ID
		}
		if len(shelves) < dumpPage {
			return nil
		}
	}
}
