package web

import (
	"context"
	"database/sql"
	"io/fs"

	"github.com/go-json-experiment/json/jsontext"
)

// Constraint is a constraint of the database, with the error for a request that violates it. A
// value that exists already is a 409. A reference to something that does not exist is a 422,
// and so is any other value that a constraint refuses.
type Constraint struct {
	// Name is the name of the constraint, as in book_shelf_fkey.
	Name string
	// Columns are its table and columns, as in "book.shelf" or "book.row, book.seat", which an
	// engine may report instead of the name. A check needs none: its name is always reported.
	Columns string
	// Field is the location in the request, as in body.shelf, and what to do about the error.
	Field FieldError
}

// Resource is what the rest of the service needs to know about one resource. A resource's
// package exports one, and cmd/app lists them.
type Resource struct {
	// Name is the model in fixtures, and the table whose rows are counted as the model's
	// when a statement inserts, updates or deletes them.
	Name string
	// Migrations holds the folder migrations with a folder for each engine, with files named
	// by the time at which they were written, as in 20261127101500_what_it_does.sql; the names
	// for all engines must agree. The migrations of all resources are applied in chronological
	// order. It is nil when there are none.
	Migrations fs.FS
	// Fixtures holds the files fixtures/*.json that are loaded when none is named. It may be
	// nil.
	Fixtures fs.FS
	// Constraints are the constraints of its table that a request may violate. The violation of
	// any other constraint is a 409 that names no field.
	Constraints []Constraint
	// Routes registers the operations.
	Routes func(api *API, db DB)
	// Load inserts the row with that key, or replaces its content. It returns an error for
	// fields that the API itself would refuse.
	Load func(ctx context.Context, tx *sql.Tx, key int64, fields jsontext.Value) error
	// Dump calls yield with every row in the order of the keys, until yield returns an error.
	// It keeps only a bounded number of rows in memory.
	Dump func(ctx context.Context, db DB, yield func(key int64, fields any) error) error
}
