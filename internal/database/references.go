package database

import (
	"context"
	"database/sql"
	"strings"
)

// missingTableAdvice ends the error of a migration that comes too early.
const missingTableAdvice = "a migration may refer only to tables of earlier ones, so give its file a later time"

// DeferReferences makes tx check foreign keys at its end: a row may then come before the rows
// that it refers to. An engine may require that the constraints are deferrable.
func (db *DB) DeferReferences(ctx context.Context, tx *sql.Tx) error {
	return db.engine.deferReferences(ctx, tx)
}

// CheckReferences returns an error that names a row with a dangling reference, if tx has one.
func (db *DB) CheckReferences(ctx context.Context, tx *sql.Tx) error {
	return db.engine.checkReferences(ctx, tx)
}

// AdvanceSequence advances the sequence of a table's ids to the highest id, unless it is
// beyond, so that no id is assigned twice.
func (db *DB) AdvanceSequence(ctx context.Context, tx *sql.Tx, table string) error {
	return db.engine.advanceSequence(ctx, tx, table)
}

// Rows returns how many rows a table has, and 0 when there is no such table.
func (db *DB) Rows(ctx context.Context, table string) (rows int64, err error) {
	exists, err := db.tableExists(ctx, table)
	if err != nil || !exists {
		return 0, err
	}
	quoted := `"` + strings.ReplaceAll(table, `"`, `""`) + `"` // it may be a reserved word, such as order
	err = db.QueryRowContext(ctx, "select count(*) from "+quoted).Scan(&rows)
	return rows, err
}
