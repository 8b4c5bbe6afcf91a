package main

import (
	"regexp"
	"slices"
	"strings"
)

// ownerColumn is the column of a row with an owner, and maxOwner the length of the longest: see
// web.Caller.
const (
	ownerColumn = "owner"
	maxOwner    = 400
)

// ownerOf is the column owner of a resource. Clients do not set it.
func ownerOf(resource string) *field {
	return &field{Column: ownerColumn, Go: "Owner", kind: "string", max: maxOwner, resource: resource, owned: true}
}

func (f *field) isOwner() bool { return f.owned && f.Column == ownerColumn }

// owner is the column owner, if there is one.
func (r *resource) owner() []*field {
	return slices.DeleteFunc(slices.Clone(r.Fields), func(f *field) bool { return !f.isOwner() })
}

// ownerKey is what rows refer to that have the same owner.
var ownerKey = regexp.MustCompile(`(?i)\bunique \(owner, id\)`)

// isOwned reports whether the rows of a resource have owners that others can refer to.
func (t tree) isOwned(name string) bool {
	return slices.ContainsFunc(t.paths(), func(p string) bool {
		return strings.HasPrefix(p, name+"/migrations/") && ownerKey.MatchString(t[p].content)
	})
}

// ownerKeys are the constraints of several columns that a table with owners has.
func (r *resource) ownerKeys() []string {
	if !r.Owned {
		return nil
	}
	all := []string{r.Name + "_owner_id_key unique (owner, id)"}
	for _, f := range r.Fields {
		switch {
		case f.Unique:
			all = append(all, f.constraint("key")+" unique ("+f.Indexed()+")")
		case f.within:
			all = append(all, f.foreignKey())
		}
	}
	return all
}

// foreignKey is the constraint of a reference to a row of the same owner.
func (f *field) foreignKey() string {
	return f.constraint("fkey") + " foreign key (" + f.Indexed() + ") references " + f.target + " (owner, id)" + f.onDelete()
}

// Indexed are the columns of the index that a unique field or a reference needs.
func (f *field) Indexed() string {
	if f.Unique && f.owned || f.within {
		return ownerColumn + ", " + f.Column
	}
	return f.Column
}

// constrained are the columns of a constraint, as web.Constraint has them.
func (f *field) constrained(withOwner bool) string {
	columns := f.resource + "." + f.Column
	if withOwner {
		columns = f.resource + "." + ownerColumn + ", " + columns
	}
	return columns
}

// ofOwner says among which rows a value is unique.
func (f *field) ofOwner() string {
	if f.owned {
		return " of its owner"
	}
	return ""
}

// Within are the references to rows of the same owner.
func (r *resource) Within() []*field {
	return slices.DeleteFunc(r.References(), func(f *field) bool { return !f.within })
}

// Same is the condition, in SQL without its value, by which rows are found that refer to a row.
func (f *field) Same() string {
	if f.within {
		return "owner = '' and " + f.Column
	}
	return f.Column
}

// Belonging is the code for a body, or for a row of a fixture, that refers to the row with an id of the
// same owner.
func (r *resource) Belonging(code, id string) string {
	for _, f := range r.Within() {
		code = `webtest.With(t, ` + code + `, "` + f.Column + `", ` + id + `)`
	}
	return code
}

// OwnFilters are queries that select a row of the tests, whatever rows of the same owner it refers to.
func (r *resource) OwnFilters() []string {
	var all []string
	for _, c := range r.FilterCases() {
		column, _, _ := strings.Cut(c.Query, "=")
		if !slices.ContainsFunc(r.Within(), func(f *field) bool { return f.Column == column }) {
			all = append(all, c.Query)
		}
	}
	return all
}

// FilteredWithin are the references to rows of the same owner that the list can be filtered by.
func (r *resource) FilteredWithin() []*field {
	return slices.DeleteFunc(r.Within(), func(f *field) bool { return !slices.Contains(r.filtered, f) })
}
