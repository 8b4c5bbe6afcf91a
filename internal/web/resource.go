package web

import (
	"context"
	"database/sql"
	"io/fs"

	"github.com/go-json-experiment/json/jsontext"
)

// Resource is one resource as the rest of the service sees it. A resource's package
// exports one, and cmd/app lists them.
type Resource struct {
	// Name is the model in fixtures, the table whose rows are counted as the model's
	// when a statement inserts, updates or deletes them, and the prefix of the table
	// that records which migrations were applied.
	Name string
	// Migrations holds the folders postgres and sqlite, each with files named
	// 00001_what_it_does.sql; the versions of both must agree.
	Migrations fs.FS
	// Fixtures holds the files fixtures/*.json that are loaded when none is named. It may be
	// nil.
	Fixtures fs.FS
	// Routes registers the operations.
	Routes func(api *API, db DB)
	// Load inserts the row with that key, or replaces what it holds. It returns
	// an error when the fields are not what the API itself would accept.
	Load func(ctx context.Context, tx *sql.Tx, key int64, fields jsontext.Value) error
	// Dump calls yield with every row in the order of the keys, reading a
	// bounded number of rows at a time, until yield returns an error.
	Dump func(ctx context.Context, db DB, yield func(key int64, fields any) error) error
}
