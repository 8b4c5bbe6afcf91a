package database

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"

	"example.com/templatesite/internal/web"
)

// schemaEngine is what differs between the engines in schemas and references.
type schemaEngine interface {
	dialect() goose.Dialect
	// tableSQL is a query that reports whether queries find a table of the name $1.
	tableSQL() string
	// referencesSQL is a query for the foreign keys: the name of a table, and of one that it refers to.
	referencesSQL() string
	// checkHidden refuses a table that hides the one of a resource that was migrated.
	checkHidden(ctx context.Context, db *DB, resources []web.Resource) error
	// checkPlace refuses to create tables outside the schema of the resources' tables.
	checkPlace(ctx context.Context, db *DB, resources []web.Resource) error
	// checkTables returns an error when a table refers to one that does not exist.
	checkTables(ctx context.Context, db *DB) error
	// missingTable reports whether a statement failed because a table does not exist.
	missingTable(err error) bool

	// deferReferences, checkReferences and advanceSequence are those of DB.
	deferReferences(ctx context.Context, tx *sql.Tx) error
	checkReferences(ctx context.Context, tx *sql.Tx) error
	advanceSequence(ctx context.Context, tx *sql.Tx, table string) error
}
