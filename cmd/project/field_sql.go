package main

import (
	"fmt"
	"strconv"
	"strings"
)

// The SQL of a field that the engines have in common.

// violation is a value, in SQL, that a constraint of the column refuses, or "".
func (f *field) violation() string {
	switch {
	case f.isText() && f.min > 0:
		return "''"
	case f.kind == "int":
		return strconv.FormatInt(f.max+1, 10)
	case f.kind == "enum":
		return "'?'"
	case f.kind == "decimal":
		return "1" + strings.Repeat("0", f.whole+f.scale)
	case f.kind == "time" || f.kind == "date":
		return "'infinity'"
	case f.kind == "ref":
		return "77"
	}
	return ""
}

func (f *field) column(sqlType string) string {
	if !f.Optional {
		sqlType += " not null"
	}
	if f.kind == "ref" && !f.within {
		sqlType += " references " + f.target + " (id)" + f.onDelete()
	}
	if f.Unique && !f.owned {
		sqlType += " constraint " + f.constraint("key") + " unique"
	}
	return sqlType
}

func (f *field) onDelete() string {
	if f.Cascades {
		return " on delete cascade"
	}
	return ""
}

// Resource is the name of the table.
func (f *field) Resource() string { return f.resource }

// Plain is the field without its unique constraint.
func (f *field) Plain() *field {
	plain := *f
	plain.Unique = false
	return &plain
}

// SQLDefault is the default that the column needs when there are rows without a value.
func (f *field) SQLDefault() string {
	switch {
	case f.initial == nil:
		return ""
	case f.kind == "bool" || f.kind == "int":
		return " default " + *f.initial
	}
	return " default '" + strings.ReplaceAll(*f.initial, "'", "''") + "'"
}

// Index is the name of the index that a unique field or a reference needs. A duplicate is reported
// under it, so a unique one bears the name of the constraint.
func (f *field) Index() string {
	if f.Unique {
		return f.constraint("key")
	}
	return f.resource + "_" + f.Column
}

// constraint is the name of a constraint of the column.
func (f *field) constraint(suffix string) string { return f.resource + "_" + f.Column + "_" + suffix }

// Unit says what the column of a decimal counts, or nothing.
func (f *field) Unit() string {
	if f.kind != "decimal" {
		return ""
	}
	digits := strings.Repeat("0", f.scale-1)
	return fmt.Sprintf("In units of the last decimal place: 1.%s5 is 1%s5.", digits, digits)
}

// limitsCheck is a constraint that keeps other programs from writing what the service could not
// read, or "". length is the function that counts characters.
func (f *field) limitsCheck(length string) string {
	switch {
	case f.isText():
		return fmt.Sprintf("%s_%s_length check (%s(%s) between %d and %d)", f.resource, f.Column, length, f.Column, f.min, f.max)
	case f.kind == "decimal":
		most := strings.Repeat("9", f.whole+f.scale)
		return fmt.Sprintf("%s_%s_digits check (%s between -%s and %s)", f.resource, f.Column, f.Column, most, most)
	case f.kind == "int":
		return fmt.Sprintf("%s_%s_range check (%s between %d and %d)", f.resource, f.Column, f.Column, f.min, f.max)
	case f.kind == "enum":
		return fmt.Sprintf("%s_%s_values check (%s in ('%s'))", f.resource, f.Column, f.Column, strings.Join(f.values, "', '"))
	}
	return ""
}
