package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ---- What the templates ask for

// Type is the name of the type of one row.
func (r *resource) Type() string { return goName(r.Name) }

// A is the word with its article.
func (r *resource) A() string { return article(r.Word) }

// Sentence is what it is, as a sentence.
func (r *resource) Sentence() string {
	first, size := utf8.DecodeRuneInString(r.About)
	return string(unicode.ToUpper(first)) + r.About[size:] + "."
}

// HasTimes reports whether its file needs the package time.
func (r *resource) HasTimes() bool {
	return slices.ContainsFunc(r.Fields, func(f *field) bool { return f.kind == "time" })
}

// Columns are the names of all fields.
func (r *resource) Columns() string {
	names := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		names[i] = f.Column
	}
	return strings.Join(names, ", ")
}

// CountFields counts the columns but id.
func (r *resource) CountFields() int { return len(r.Fields) + 1 }

// Assigned is what the service assigns, Stay says that it stays.
func (r *resource) Assigned() string {
	text := "the id"
	for i, f := range r.Auto {
		switch {
		case i == len(r.Auto)-1:
			text += " and the " + f.words()
		default:
			text += ", the " + f.words()
		}
	}
	return text
}

// Stay says what a replacement does not change.
func (r *resource) Stay() string {
	assigned := r.Assigned()
	verb := "stays"
	if len(r.Auto) > 0 {
		verb = "stay"
	}
	return strings.ToUpper(assigned[:1]) + assigned[1:] + " " + verb + "."
}

// constraint is an entry of web.Resource.Constraints.
type constraint struct{ Name, Columns, Field, Message string }

// Constraints are those that a request may violate.
func (r *resource) Constraints() []constraint {
	var all []constraint
	for _, f := range r.Uniques() {
		all = append(all, constraint{f.constraint("key"), f.constrained(f.owned), f.Column, "is the " + f.words() + " of another " + r.Word})
	}
	for _, f := range r.References() {
		all = append(all, constraint{
			f.constraint("fkey"), f.constrained(f.within), f.Column, "must be the id of " + article(f.target) + " that exists",
		})
	}
	return all
}

// Uniques are the fields whose values no two rows have in common.
func (r *resource) Uniques() []*field { return r.fields(func(f *field) bool { return f.Unique }) }

// Onces are the fields that cannot be changed.
func (r *resource) Onces() []*field { return r.fields(func(f *field) bool { return f.Once }) }

// New is the code for a body that can be created beside others.
func (r *resource) New(body string) string {
	if len(r.Uniques()) == 0 {
		return body
	}
	names := make([]string, len(r.Uniques()))
	for i, f := range r.Uniques() {
		names[i] = strconv.Quote(f.Column)
	}
	return "webtest.Another(t, " + body + ", " + strings.Join(names, ", ") + ")"
}

// checks are the constraints of the table on one engine.
func (r *resource) checks(check func(*field) string) []string {
	var all []string
	for _, f := range r.Fields {
		if text := check(f); text != "" {
			all = append(all, text)
		}
	}
	return append(all, r.ownerKeys()...)
}

// pad fills the name of a column up to the width of the longest.
func (r *resource) pad(column string) string {
	width := len("version")
	for _, f := range r.Fields {
		width = max(width, len(f.Column))
	}
	return fmt.Sprintf("%-*s", width, column)
}

// placeholders are $first to $last, with commas.
func placeholders(first, last int) string {
	var all []string
	for n := first; n <= last; n++ {
		all = append(all, fmt.Sprintf("$%d", n))
	}
	return strings.Join(all, ", ")
}

func (r *resource) fields(keep func(*field) bool) []*field {
	return slices.DeleteFunc(slices.Clone(r.Set), func(f *field) bool { return !keep(f) })
}

// Required, Nullable, Defaults and Limited are fields that clients set: those that must be there,
// that may be null, that have a default, and that have limits.
func (r *resource) Required() []*field {
	return r.fields(func(f *field) bool { return !f.Optional && f.initial == nil })
}

// Nullable are the fields that may become null.
func (r *resource) Nullable() []*field {
	return r.fields(func(f *field) bool { return f.Optional && !f.Once })
}

// Defaults are the fields with a default.
func (r *resource) Defaults() []*field {
	return r.fields(func(f *field) bool { return f.initial != nil })
}

// Limited are the fields with limits.
func (r *resource) Limited() []*field {
	return r.fields(func(f *field) bool {
		return slices.Contains([]string{"string", "text", "int", "decimal", "date"}, f.kind)
	})
}

// HasPaths reports whether the tests need the package path.
func (r *resource) HasPaths() bool { return len(r.Nullable())+len(r.Defaults()) > 0 }

// Text is the field that the tests give a wrong type.
func (r *resource) Text() *field {
	return r.fields(func(f *field) bool { return f.isText() && !f.Unique && !f.Once })[0]
}

// Body and Other are valid bodies, Record is a row in a fixture.
func (r *resource) Body() string { return object(r.Set, (*field).First) }

// Other is a second valid body, which a row of the first can be changed to.
func (r *resource) Other() string { return object(r.Set, (*field).other) }

// Record is a row in a fixture.
func (r *resource) Record() string {
	return object(slices.Concat(r.owner(), r.Set, r.Auto), (*field).First)
}

func object(fields []*field, value func(*field) string) string {
	members := make([]string, len(fields))
	for i, f := range fields {
		members[i] = fmt.Sprintf("%q:%s", f.Column, value(f))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// Violations are assignments in SQL that the constraints of the table refuse.
func (r *resource) Violations() []string {
	var all []string
	for _, f := range r.Fields {
		if text := f.violation(); text != "" {
			all = append(all, f.Column+" = "+text)
		}
		if !f.Optional {
			all = append(all, f.Column+" = null")
		}
	}
	return all
}
