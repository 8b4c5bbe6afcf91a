package diary

import (
	"context"
	"database/sql"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// record is a diary in a fixture: every column but id and version, under the same name.
type record struct {
	Owner string `json:"owner" maxLength:"400"`
	Fields
}

func load(ctx context.Context, tx *sql.Tx, id int64, fields jsontext.Value) error {
	r, err := web.Decode[record](fields)
	if err != nil {
		return err
	}
	d := Diary{ID: id, Owner: r.Owner, Fields: r.Fields, Version: web.NewVersion()}
	return Store{Write: web.InTx(tx)}.load(ctx, d)
}

// dumpPage is how many diaries dump reads at a time.
const dumpPage = 1000

func dump(ctx context.Context, db web.DB, yield func(id int64, fields any) error) error {
	for after := int64(0); ; {
		diaries, err := NewStore(db).List(ctx, web.Owner{Everyone: true}, after, dumpPage)
		if err != nil {
			return err
		}
		for _, d := range diaries {
			if err := yield(d.ID, record{d.Owner, d.Fields}); err != nil {
				return err
			}
			after = d.ID
		}
		if len(diaries) < dumpPage {
			return nil
		}
	}
}
