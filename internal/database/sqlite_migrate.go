package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"

	"example.com/templatesite/internal/web"
)

func (sqliteEngine) dialect() goose.Dialect { return goose.DialectSQLite3 }

func (sqliteEngine) tableSQL() string {
	return "select count(*) > 0 from sqlite_master where type = 'table' and name = $1 collate nocase"
}

func (sqliteEngine) referencesSQL() string {
	return `
	select child.name, reference."table"
	from sqlite_master as child, pragma_foreign_key_list(child.name) as reference
	where child.type = 'table'`
}

func (sqliteEngine) checkHidden(context.Context, *DB, []web.Resource) error { return nil }

func (sqliteEngine) checkPlace(context.Context, *DB, []web.Resource) error { return nil }

const danglingSQL = `
	select child.name, reference."table"
	from sqlite_master as child, pragma_foreign_key_list(child.name) as reference
	where child.type = 'table'
	and lower(reference."table") not in (select lower(name) from sqlite_master where type = 'table')
	limit 1`

// checkTables is needed because SQLite reports a missing table only when rows are written.
func (sqliteEngine) checkTables(ctx context.Context, db *DB) error {
	var child, parent string
	err := db.QueryRowContext(ctx, danglingSQL).Scan(&child, &parent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the table %q refers to the table %q, which does not exist: %s", child, parent, missingTableAdvice)
	}
	return err
}

func (sqliteEngine) missingTable(error) bool { return false }

func (sqliteEngine) deferReferences(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "pragma defer_foreign_keys = on")
	return err
}

func (sqliteEngine) checkReferences(ctx context.Context, tx *sql.Tx) error {
	var table, parent string
	var id int64
	err := tx.QueryRowContext(ctx, "select \"table\", rowid, parent from pragma_foreign_key_check limit 1").Scan(&table, &id, &parent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%s %d refers to a %s that does not exist", table, id, parent)
	}
	return err
}

func (sqliteEngine) advanceSequence(context.Context, *sql.Tx, string) error { return nil } // SQLite does it
