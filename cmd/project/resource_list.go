package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxSorted is the length of the longest text that can be sorted by: cursors hold it, and engines
// limit what an index holds.
const maxSorted = 254

// filter is a parameter of the list that selects rows.
type filter struct {
	*field
	// suffix is "", or _min or _max for the ends of a range, which belong to it.
	suffix string
	// Set means that the parameter has one value or several.
	Set bool
}

// Sorted reports whether clients choose the order of the list, or filter it, or it has only the rows
// of an owner: then its statement is made for the request.
func (r *resource) Sorted() bool { return r.Owned || len(r.Sorts)+len(r.filtered) > 0 }

// list marks the fields that the list is filtered and sorted by.
func (r *resource) list(filters, sorts []string) error {
	for _, name := range filters {
		f, err := r.listed("filter", name, r.filtered)
		if err != nil {
			return err
		}
		if f.kind == "text" {
			return fmt.Errorf("--filter %s: nobody asks for a whole text; filter by a string", name)
		}
		r.filtered = append(r.filtered, f)
	}
	for _, name := range sorts {
		f, err := r.listed("sort", name, r.Sorts)
		if err != nil {
			return err
		}
		if f.isText() && f.max > maxSorted {
			return fmt.Errorf("--sort %s: a text to sort by has at most %d characters, since cursors hold it", name, maxSorted)
		}
		if f.kind == "bool" && f.Optional {
			return fmt.Errorf("--sort %s: null has no place before true and false; give it a default, or sort by an enum", name)
		}
		f.sorted = true
		r.Sorts = append(r.Sorts, f)
	}
	var names []string
	for _, p := range r.Filters() {
		if slices.Contains(append(names, "limit", "after", "before", "sort", "format"), p.Name()) {
			return fmt.Errorf("--filter %s: the list has a parameter %s already", p.Column, p.Name())
		}
		names = append(names, p.Name())
	}
	return nil
}

func (r *resource) listed(option, name string, already []*field) (*field, error) {
	i := slices.IndexFunc(r.Fields, func(f *field) bool { return f.Column == name })
	if i < 0 {
		return nil, fmt.Errorf("--%s %s: there is no such field", option, name)
	}
	if slices.Contains(r.owner(), r.Fields[i]) {
		return nil, fmt.Errorf("--%s %s: the list has the rows of one owner", option, name)
	}
	if slices.Contains(already, r.Fields[i]) {
		return nil, fmt.Errorf("--%s %s: it is there twice", option, name)
	}
	return r.Fields[i], nil
}

// Filters are the parameters: the value of a field or several, and the ends of its range.
func (r *resource) Filters() []filter {
	var all []filter
	for _, f := range r.filtered {
		if f.kind != "time" {
			all = append(all, filter{field: f, Set: slices.Contains([]string{"enum", "int", "ref"}, f.kind)})
		}
		if slices.Contains([]string{"int", "decimal", "date", "time"}, f.kind) {
			all = append(all, filter{field: f, suffix: "_min"}, filter{field: f, suffix: "_max"})
		}
	}
	return all
}

// FiltersByTime reports whether the list needs the package time.
func (r *resource) FiltersByTime() bool {
	return slices.ContainsFunc(r.filtered, func(f *field) bool { return f.kind == "time" })
}

// Name is the name of the parameter.
func (p filter) Name() string { return p.Column + p.suffix }

// Go is its name in Go.
func (p filter) Go() string { return goName(p.Name()) }

// Type is its type in Go.
func (p filter) Type() string {
	name := p.goType()
	if p.Set {
		return "[]" + name
	}
	return "web.Optional[" + name + "]"
}

// Tag is its tag in Go.
func (p filter) Tag() string {
	tags := []string{tag("query", p.Name())}
	example := strings.Trim(p.First(), `"`)
	doc := "Only those with this " + p.words() + "."
	if !p.Set || p.kind == "enum" { // huma has no limits for what else a list has
		tags = append(tags, p.limits()...)
	}
	if p.kind == "ref" {
		tags = append(tags, tag("ref", p.target))
	}
	switch {
	case p.Set:
		tags = append(tags, tag("maxItems", 20))
		doc = "Only those with this " + p.words() + ", or with one of these."
		if p.goType() == "int64" {
			example = "[" + example + "]"
		}
	case p.kind == "bool":
		is := strings.TrimPrefix(p.words(), "is ")
		doc = "Only those that are " + is + " (true), or that are not (false)."
	case p.suffix != "":
		than := map[string]string{"_min": "more", "_max": "less"}
		if p.kind == "date" || p.kind == "time" {
			than = map[string]string{"_min": "later", "_max": "earlier"}
		}
		doc = "Only those whose " + p.words() + " is this or " + than[p.suffix] + "."
	}
	return "`" + strings.Join(append(tags, tag("doc", doc), tag("example", example)), " ") + "`"
}

// Operator is the comparison in SQL.
func (p filter) Operator() string {
	return map[string]string{"": "=", "_min": ">=", "_max": "<="}[p.suffix]
}

// Argument is the argument of the statement.
func (p filter) Argument() string {
	if column := p.webColumn(); column != "" {
		return "web." + fmt.Sprintf(strings.Replace(column, "&", "", 1), "value")
	}
	return "*value"
}

// SortTag is the tag of the parameter that chooses the order.
func (r *resource) SortTag() string {
	names := []string{"id", "-id"}
	for _, f := range r.Sorts {
		names = append(names, f.Column, "-"+f.Column)
	}
	return "`" + strings.Join([]string{
		tag("query", "sort"), tag("enum", strings.Join(names, ",")), tag("default", "id"),
		tag("doc", "The order. A minus means descending; null comes before every value."), tag("example", names[len(names)-1]),
	}, " ") + "`"
}

// Null is the literal of SQL in whose place null is sorted, the least value of the kind, or "".
func (f *field) Null() string {
	if !f.Optional {
		return ""
	}
	switch f.kind {
	case "int", "ref":
		return fmt.Sprint(min(f.min, 0))
	case "decimal":
		return "-" + strings.Repeat("9", f.whole+f.scale)
	case "date":
		return "'0001-01-01'"
	case "time":
		return "'0001-01-01 00:00:00+00:00'"
	case "uuid":
		return "'00000000-0000-0000-0000-000000000000'"
	}
	return "''"
}

// SortedBy is what the index of an order has before the id.
func (f *field) SortedBy() string {
	if f.Optional {
		return "coalesce(" + f.Column + ", " + f.Null() + ")"
	}
	return f.Column
}

// filterCase is a query with the rows that it selects of the two that the tests create.
type filterCase struct{ Query, IDs string }

// FilterCases are a query for each filter.
func (r *resource) FilterCases() []filterCase {
	var all []filterCase
	for _, p := range r.Filters() {
		if p.Auto {
			all = append(all, filterCase{p.Name() + "=" + map[string]string{"_min": "0001-01-01T00:00:00Z", "_max": "9999-12-31T00:00:00Z"}[p.suffix], "1, 2"})
			continue
		}
		first, second := strings.Trim(p.First(), `"`), strings.Trim(p.other(), `"`)
		// The second row has another value of a unique field: see webtest.Another.
		same := first == second && !p.Unique
		ids := "1"
		if same || p.suffix == "_min" && p.ascends() || p.suffix == "_max" && !p.ascends() {
			ids = "1, 2"
		}
		all = append(all, filterCase{p.Name() + "=" + url.QueryEscape(first), ids})
		if p.Set && !same && !p.Unique {
			all = append(all, filterCase{p.Name() + "=" + url.QueryEscape(first+","+second), "1, 2"})
		}
	}
	return all
}

// ascends reports whether the second row of the tests has a greater value than the first.
func (f *field) ascends() bool {
	return f.Unique || f.kind == "date" || f.kind == "time" || f.kind == "int" && f.integers()[1] > f.integers()[0]
}
