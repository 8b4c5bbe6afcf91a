package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"example.com/templatesite/internal/web"
)

// violation reads the constraint from the message, whose form is "constraint failed: UNIQUE
// constraint failed: book.code (2067)". It does not name a foreign key: the result then has
// all foreign keys of the table.
func (sqliteEngine) violation(ctx context.Context, conn fullConn, s *web.Statement, err error) violation {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return violation{}
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		if columns := failed(e, "UNIQUE"); columns != "" {
			return violation{duplicate, []string{strings.ToLower(columns)}}
		}
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		if name := failed(e, "CHECK"); name != "" {
			return violation{check, []string{name}}
		}
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		rule, query := reference, foreignKeysSQL
		if s.Operation == "delete" {
			rule, query = referred, referringSQL
		}
		if names, err := queryNames(ctx, conn, query, s.Table); err == nil {
			return violation{rule, names}
		}
	}
	return violation{}
}

// failed returns what the message names after "<what> constraint failed: ".
func failed(e *sqlite.Error, what string) string {
	_, after, _ := strings.Cut(e.Error(), what+" constraint failed: ")
	if end := strings.LastIndex(after, " ("); end >= 0 {
		after = after[:end] // the code
	}
	return after
}

// foreignKeysSQL returns the form of web.Constraint.Columns. SQLite numbers foreign keys from
// the last one of the table to the first.
const foreignKeysSQL = `
	select lower(group_concat($1 || '.' || "from", ', '))
	from (select id, "from" from pragma_foreign_key_list($1) order by id, seq)
	group by id
	order by id desc`

// referringSQL returns the tables that keep rows of a table from being deleted: those that refer to it,
// or to a table whose rows are deleted with them.
const referringSQL = `
	with recursive foreign_key (child, parent, action) as materialized (
		select lower(m.name), lower(f."table"), f.on_delete
		from sqlite_master m, pragma_foreign_key_list(m.name) f
		where m.type = 'table'
	), gone (name) as (
		select lower($1)
		union
		select child from foreign_key join gone on parent = name where action = 'CASCADE'
	)
	select distinct child
	from foreign_key join gone on parent = name
	where action not in ('CASCADE', 'SET NULL')
	order by child`

// queryNames returns the names that a query has for a table. It asks on the connection of the
// statement that has failed, which sees the table as that statement did.
func queryNames(ctx context.Context, conn fullConn, query, table string) ([]string, error) {
	rows, err := conn.QueryContext(ctx, query, []driver.NamedValue{{Ordinal: 1, Value: table}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // they were only read
	var names []string
	for row := make([]driver.Value, 1); ; {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return names, nil
		case err != nil:
			return nil, err
		}
		name, _ := row[0].(string)
		names = append(names, name)
	}
}
