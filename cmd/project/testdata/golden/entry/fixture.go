package entry

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// record is an entry in a fixture: every column but id and version, under the same name.
type record struct {
	Owner string `json:"owner" maxLength:"400"`
	Fields
	Written time.Time `json:"written"`
}

func load(ctx context.Context, tx *sql.Tx, id int64, fields jsontext.Value) error {
	r, err := web.Decode[record](fields)
	if err != nil {
		return err
	}
	e := Entry{ID: id, Owner: r.Owner, Fields: r.Fields, Written: r.Written, Version: web.NewVersion()}
	return Store{Write: web.InTx(tx)}.load(ctx, e)
}

// dumpPage is how many entries dump reads at a time.
const dumpPage = 1000

func dump(ctx context.Context, db web.DB, yield func(id int64, fields any) error) error {
	for after := int64(0); ; {
		entries, err := NewStore(db).List(ctx, web.Owner{Everyone: true}, after, dumpPage)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := yield(e.ID, record{e.Owner, e.Fields, e.Written}); err != nil {
				return err
			}
			after = e.ID
		}
		if len(entries) < dumpPage {
			return nil
		}
	}
}
