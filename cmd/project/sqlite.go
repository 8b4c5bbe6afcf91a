package main

import (
	"cmp"
	"fmt"
	"strings"
)

// SQLite is the type of the column in SQLite, with what follows it.
func (f *field) SQLite() string {
	types := map[string]string{"int": "integer", "ref": "integer", "decimal": "integer", "date": "date", "bool": "boolean", "time": "timestamp"}
	return f.column(cmp.Or(types[f.kind], "text"))
}

// SQLiteCheck is the constraint of the column in SQLite, or "".
func (f *field) SQLiteCheck() string {
	switch f.kind {
	case "time":
		return fmt.Sprintf(`%[1]s_%[2]s_utc check (
        datetime(substr(%[2]s, 1, 19), '+0 days') is substr(%[2]s, 1, 19)
        and %[2]s not glob '0000*' and %[2]s glob '*[0-9]+00:00'
        and (length(%[2]s) = 25 or rtrim(substr(%[2]s, 20, length(%[2]s) - 25), '0123456789') = '.'))`, f.resource, f.Column)
	case "date":
		return fmt.Sprintf("%[1]s_%[2]s_form check (date(%[2]s, '+0 days') is %[2]s and %[2]s not glob '0000*')", f.resource, f.Column)
	case "decimal":
		most := strings.Repeat("9", f.whole+f.scale)
		return fmt.Sprintf("%[1]s_%[2]s_digits check (typeof(%[2]s) in ('integer', 'null') and (%[2]s is null or %[2]s between -%[3]s and %[3]s))", f.resource, f.Column, most)
	case "int":
		return fmt.Sprintf("%[1]s_%[2]s_range check (typeof(%[2]s) in ('integer', 'null') and (%[2]s is null or %[2]s between %[3]d and %[4]d))", f.resource, f.Column, f.min, f.max)
	case "uuid":
		hex := strings.Repeat("[0-9a-f]", 4)
		form := hex + hex + strings.Repeat("-"+hex, 4) + hex + hex
		return fmt.Sprintf("%s_%s_form check (%s glob '%s')", f.resource, f.Column, f.Column, form)
	case "bool":
		return fmt.Sprintf("%s_%s_type check (%s in (0, 1))", f.resource, f.Column, f.Column)
	}
	return f.limitsCheck("length")
}

// SQLiteChecks are the constraints of the table in SQLite.
func (r *resource) SQLiteChecks() []string { return r.checks((*field).SQLiteCheck) }
