package database

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// missingTableAdvice ends the error of a migration that comes too early.
const missingTableAdvice = "a migration may refer only to tables of earlier ones, so give its file a later time"

// ByReference returns the resources in an order in which their rows can be loaded: each after those
// that its table refers to, and otherwise in the order of the list. Those that refer to each other
// keep that order.
func (db *DB) ByReference(ctx context.Context, resources []web.Resource) ([]web.Resource, error) {
	refers, err := db.references(ctx)
	if err != nil {
		return nil, err
	}
	var ordered []web.Resource
	for rest := slices.Clone(resources); len(rest) > 0; {
		isFree := func(r web.Resource) bool {
			return !slices.ContainsFunc(rest, func(other web.Resource) bool {
				return other.Name != r.Name && refers[strings.ToLower(r.Name)][strings.ToLower(other.Name)]
			})
		}
		next := max(0, slices.IndexFunc(rest, isFree))
		ordered = append(ordered, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return ordered, nil
}

// references returns which tables each table refers to, all in lower case: engines differ in the case
// that they keep.
func (db *DB) references(ctx context.Context) (map[string]map[string]bool, error) {
	rows, err := db.QueryContext(ctx, db.engine.referencesSQL())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	refers := map[string]map[string]bool{}
	for rows.Next() {
		var table, other string
		if err := rows.Scan(&table, &other); err != nil {
			return nil, err
		}
		table = strings.ToLower(table)
		if refers[table] == nil {
			refers[table] = map[string]bool{}
		}
		refers[table][strings.ToLower(other)] = true
	}
	return refers, rows.Err()
}

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
