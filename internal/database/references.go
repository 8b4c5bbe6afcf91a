package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/templatesite/internal/web"
)

// DeferReferences has foreign keys checked at the end of tx: rows may then come before
// those that they refer to. PostgreSQL does so with constraints that are deferrable.
func (db *DB) DeferReferences(ctx context.Context, tx *sql.Tx) error {
	statement := "pragma defer_foreign_keys = on"
	if db.Engine == Postgres {
		statement = "set constraints all deferred"
	}
	_, err := tx.ExecContext(ctx, statement)
	return err
}

// CheckReferences returns an error that names a row of tx which refers to nothing.
func (db *DB) CheckReferences(ctx context.Context, tx *sql.Tx) error {
	if db.Engine == Postgres {
		_, err := tx.ExecContext(ctx, "set constraints all immediate")
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Detail != "" {
			err = fmt.Errorf("%w: %s", err, e.Detail)
		}
		return err
	}
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

const danglingSQL = `
	select child.name, reference."table"
	from sqlite_master as child, pragma_foreign_key_list(child.name) as reference
	where child.type = 'table'
	and lower(reference."table") not in (select lower(name) from sqlite_master where type = 'table')
	limit 1`

// checkTables returns an error when a table refers to one that does not exist, which
// SQLite, other than PostgreSQL, finds out when rows are written.
func (db *DB) checkTables(ctx context.Context) error {
	if db.Engine != SQLite {
		return nil
	}
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

const missingTableAdvice = "migrate the resource that it belongs to first; `app migrate` migrates all, in the order of their list"

// adviseMissingTable says what to do about a migration that needs another resource's table.
func adviseMissingTable(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "42P01" {
		return fmt.Errorf("%w: %s", err, missingTableAdvice)
	}
	return err
}

const referringSQL = `
	select child.name
	from sqlite_master as child, pragma_foreign_key_list(child.name) as reference
	where child.type = 'table' and lower(reference."table") = lower($1) and child.name <> $1
	limit 1`

// checkUnreferenced returns an error when another table refers to the app's. SQLite would
// drop it all the same, and with it the rows of the other one.
func (db *DB) checkUnreferenced(ctx context.Context, resource web.Resource) error {
	if db.Engine != SQLite {
		return nil
	}
	child := ""
	err := db.QueryRowContext(ctx, referringSQL, resource.Name).Scan(&child)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the table %q refers to the table %q: undo the migrations of its resource first", child, resource.Name)
	}
	return err
}

// Rows returns how many rows the app's table has, and 0 when there is no such table.
func (db *DB) Rows(ctx context.Context, resource web.Resource) (rows int64, err error) {
	exists := "select count(*) > 0 from sqlite_master where type = 'table' and name = $1"
	if db.Engine == Postgres {
		exists = "select to_regclass(quote_ident($1)) is not null"
	}
	found := false
	if err := db.QueryRowContext(ctx, exists, resource.Name).Scan(&found); err != nil || !found {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "select count(*) from "+pgx.Identifier{resource.Name}.Sanitize()).Scan(&rows)
	return rows, err
}
