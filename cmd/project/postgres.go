package main

import (
	"cmp"
	"fmt"
)

// Postgres is the type of the column in PostgreSQL, with what follows it.
func (f *field) Postgres() string {
	types := map[string]string{"int": "bigint", "ref": "bigint", "decimal": "bigint", "date": "date", "bool": "boolean", "time": "timestamptz", "uuid": "uuid"}
	text := "text"
	if f.sorted {
		text = `text collate "C"` // the same order as on every other engine
	}
	return f.column(cmp.Or(types[f.kind], text))
}

// PostgresCheck is the constraint of the column in PostgreSQL, or "".
func (f *field) PostgresCheck() string {
	switch f.kind {
	case "date":
		return fmt.Sprintf("%s_%s_years check (%s between '0001-01-01' and '9999-12-31')", f.resource, f.Column, f.Column)
	case "time":
		return fmt.Sprintf("%s_%s_years check (%s >= '0001-01-01 00:00:00+00' and %s < '10000-01-01 00:00:00+00')", f.resource, f.Column, f.Column, f.Column)
	}
	return f.limitsCheck("char_length")
}

// PostgresChecks are the constraints of the table in PostgreSQL.
func (r *resource) PostgresChecks() []string { return r.checks((*field).PostgresCheck) }
