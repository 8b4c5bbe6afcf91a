package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"example.com/templatesite/internal/web"
)

// Obstacle returns why the pending migrations cannot be applied, and what to do about
// it. It is nil when nothing is pending, and when app migrate would apply them.
func (db *DB) Obstacle(ctx context.Context, resources []web.Resource) error {
	for _, resource := range resources {
		migrations, err := db.Status(ctx, []web.Resource{resource})
		if err != nil {
			return err
		}
		if err := db.obstacle(ctx, resource, migrations); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) obstacle(ctx context.Context, resource web.Resource, migrations []Migration) error {
	if !anyPending(migrations) {
		return nil
	}
	if err := db.checkSchema(ctx, resource); err != nil {
		return err
	}
	return checkOrder(resource, migrations)
}

func anyPending(migrations []Migration) bool {
	for _, m := range migrations {
		if !m.Applied {
			return true
		}
	}
	return false
}

// checkOrder refuses a migration that was added below one that is applied: both orders
// would exist, and only one of them was tested.
func checkOrder(resource web.Resource, migrations []Migration) error {
	var late, below, top Migration
	for _, m := range migrations {
		if m.Applied && m.Version > top.Version {
			top = m
		}
	}
	for _, m := range migrations {
		if !m.Applied && m.Version < top.Version && (late.Version == 0 || m.Version < late.Version) {
			late = m
		}
	}
	if late.Version == 0 {
		return nil
	}
	for _, m := range migrations {
		if m.Applied && m.Version < late.Version && m.Version > below.Version {
			below = m
		}
	}
	message := fmt.Sprintf("migration %s/%s was added below %05d, which is already applied: give the file a higher number than that, and build again",
		resource.Name, late.Name, top.Version)
	if checkKnown(resource, migrations, below.Version) == nil {
		message += fmt.Sprintf("; or, if the data may be lost, run `app migrate %s --to %d --yes` and then `app migrate`", resource.Name, below.Version)
	}
	return fmt.Errorf("%s", message)
}

// checkKnown refuses to undo migrations above a version that the program does not have.
func checkKnown(resource web.Resource, migrations []Migration, version int64) error {
	var unknown []string
	for _, m := range migrations {
		if m.Name == "" && m.Version > version {
			unknown = append(unknown, fmt.Sprintf("%s/%05d", resource.Name, m.Version))
		}
	}
	if unknown == nil {
		return nil
	}
	return fmt.Errorf("the database is ahead of this program, by migrations that only a newer one can undo (%s): run `app migrate %s --to %d --yes` with that one",
		strings.Join(unknown, ", "), resource.Name, version)
}

// shadowSQL finds the schema of the version table and that of the table which queries
// read, when they differ.
const shadowSQL = `-- shadow
	select versions.relnamespace::regnamespace::text, own.relnamespace::regnamespace::text
	from pg_class versions, pg_class own
	where versions.oid = to_regclass($1) and own.oid = to_regclass(quote_ident($2))
	and versions.relnamespace <> own.relnamespace`

// checkShadow refuses a table in another schema that hides the one which was migrated.
func (db *DB) checkShadow(ctx context.Context, resource web.Resource) error {
	if db.Engine != Postgres {
		return nil
	}
	var migrated, read string
	err := db.QueryRowContext(ctx, shadowSQL, versionTable(resource), resource.Name).Scan(&migrated, &read)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("the migrations of %s are recorded in schema %s, but its table is found in %s first: drop or rename that table, "+
			"or set the search_path, as in `alter role … set search_path = %[2]s`", resource.Name, migrated, read)
	}
	return err
}

// schemaSQL finds the schemas in which a table would be made, is seen by queries, and
// exists.
const schemaSQL = `-- schema
	with tables as (
		select c.oid, nspname from pg_class c join pg_namespace n on n.oid = relnamespace
		where relname = $1 and relkind in ('r', 'p')
	)
	select coalesce(current_schema(), ''), current_setting('search_path'),
		coalesce((select nspname from tables where oid = to_regclass($1)), ''),
		coalesce((select string_agg(quote_ident(nspname), ', ' order by nspname) from tables), '')`

// checkSchema refuses to make tables in another schema than that of the tables which
// exist. PostgreSQL finds a table in any schema of the search_path, but makes it in the
// first, which changes when a schema is created that has the name of the user.
func (db *DB) checkSchema(ctx context.Context, resource web.Resource) error {
	if db.Engine != Postgres {
		return nil
	}
	table := versionTable(resource)
	var first, path, seen, all string
	if err := db.QueryRowContext(ctx, schemaSQL, table).Scan(&first, &path, &seen, &all); err != nil {
		return err
	}
	switch {
	case first == "":
		return fmt.Errorf("the search_path (%s) names no schema that this user may use: create one, or set another search_path, as in `alter role … set search_path = public`", path)
	case seen != "" && seen != first:
		return fmt.Errorf("the tables of %s are in schema %q, but new ones would be made in %q, which is now the first of the search_path (%s): "+
			"drop that schema, or set the search_path to the other, as in `alter role … set search_path = %[2]s`", resource.Name, seen, first, path)
	case seen == "" && all != "" && !db.engine.(postgresEngine).namesSchema:
		return fmt.Errorf("the tables of %s are in schema %s, which the search_path (%s) does not include: set it to that, as in `alter role … set search_path = %[2]s`; "+
			"or add ?search_path=SCHEMA to DATABASE_URL, if they are another installation's", resource.Name, all, path)
	}
	return nil
}
