package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"

	"example.com/templatesite/internal/web"
)

func (postgresEngine) dialect() goose.Dialect { return goose.DialectPostgres }

func (postgresEngine) tableSQL() string { return "select to_regclass(quote_ident($1)) is not null" }

func (postgresEngine) referencesSQL() string {
	return `
	select child.relname, parent.relname
	from pg_constraint
	join pg_class as child on child.oid = conrelid
	join pg_class as parent on parent.oid = confrelid
	where contype = 'f' and pg_table_is_visible(conrelid) and pg_table_is_visible(confrelid)`
}

func namesOf(resources []web.Resource) (names []string) {
	for _, resource := range resources {
		names = append(names, resource.Name)
	}
	return names
}

// hiddenSQL finds a table of a resource that queries read in another schema than that of
// the version table.
const hiddenSQL = `-- hidden
	select name, versions.relnamespace::regnamespace::text, own.relnamespace::regnamespace::text
	from pg_class versions, unnest($2::text[]) name, pg_class own
	where versions.oid = to_regclass($1) and own.oid = to_regclass(quote_ident(name))
	and versions.relnamespace <> own.relnamespace
	limit 1`

func (postgresEngine) checkHidden(ctx context.Context, db *DB, resources []web.Resource) error {
	var table, migrated, read string
	err := db.QueryRowContext(ctx, hiddenSQL, versionTable, namesOf(resources)).Scan(&table, &migrated, &read)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the migrations are recorded in schema %s, but the table %s is found in schema %s first: drop or rename that table, "+
			"or set the search_path, as in `alter role … set search_path = %[1]s`", migrated, table, read)
	}
	return err
}

// placeSQL finds the schema in which a table would be created, the one in which queries find
// the tables, and all that have them. The first table that exists counts; a version table
// outside the search_path counts only beside a table of these resources, since other
// services may have one, too.
const placeSQL = `-- place
	with tables as (
		select c.oid, nspname, array_position($1::text[], relname::text) as place
		from pg_class c join pg_namespace n on n.oid = relnamespace
		where relname = any($1::text[]) and relkind in ('r', 'p') and (
			relname <> ($1::text[])[1] or c.oid = to_regclass(($1::text[])[1])
			or exists (select from pg_class own where own.relnamespace = c.relnamespace and own.relname = any($2::text[]))
		)
	)
	select coalesce(current_schema(), ''), current_setting('search_path'),
		coalesce((select nspname from tables where oid = to_regclass(($1::text[])[place]) order by place limit 1), ''),
		coalesce((select string_agg(distinct quote_ident(nspname), ', ') from tables), '')`

// checkPlace is needed because PostgreSQL finds a table in any schema of the search_path,
// but makes it in the first, which changes when a schema is created that has the name of
// the user.
func (e postgresEngine) checkPlace(ctx context.Context, db *DB, resources []web.Resource) error {
	tables, names := []string{versionTable}, namesOf(resources)
	for _, name := range names {
		tables = append(tables, formerTable(name))
	}
	var first, path, seen, all string
	if err := db.QueryRowContext(ctx, placeSQL, tables, names).Scan(&first, &path, &seen, &all); err != nil {
		return err
	}
	switch {
	case first == "":
		return fmt.Errorf("the search_path (%s) names no schema that this user may use: create one, or set another search_path, as in `alter role … set search_path = public`", path)
	case seen != "" && seen != first:
		return fmt.Errorf("the tables are in schema %q, but new ones would be made in %q, which is now the first of the search_path (%s): "+
			"drop that schema, or set the search_path to the other, as in `alter role … set search_path = %[1]s`", seen, first, path)
	case seen == "" && all != "" && !e.namesSchema:
		return fmt.Errorf("the tables are in schema %s, which the search_path (%s) does not include: set it to that, as in `alter role … set search_path = %[1]s`; "+
			"or add ?search_path=SCHEMA to DATABASE_URL, if they are another installation's", all, path)
	}
	return nil
}

func (postgresEngine) checkTables(context.Context, *DB) error { return nil } // the server does it

func (postgresEngine) missingTable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "42P01"
}

// deferReferences works for constraints that are deferrable.
func (postgresEngine) deferReferences(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "set constraints all deferred")
	return err
}

func (postgresEngine) checkReferences(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "set constraints all immediate")
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Detail != "" {
		err = fmt.Errorf("%w: %s", err, e.Detail)
	}
	return err
}

func (postgresEngine) advanceSequence(ctx context.Context, tx *sql.Tx, table string) error {
	quoted := pgx.Identifier{table}.Sanitize() // it may be a reserved word, such as order
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`
		select setval(name::regclass, top)
		from pg_get_serial_sequence('%[1]s', 'id') as name, (select max(id) as top from %[1]s) as ids
		where top > coalesce(pg_sequence_last_value(name::regclass), 0)`, quoted))
	return err
}
