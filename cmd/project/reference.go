package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// References are the fields that refer to other resources.
func (r *resource) References() []*field {
	return slices.DeleteFunc(slices.Clone(r.Fields), func(f *field) bool { return f.kind != "ref" })
}

// Restricting are the references that keep what they refer to from being deleted.
func (r *resource) Restricting() []*field {
	return slices.DeleteFunc(r.References(), func(f *field) bool { return f.Cascades || f.goes })
}

// Apart is the code for a body whose row is not deleted with row 1 of what it refers to.
func (r *resource) Apart() string {
	code := "body"
	for _, f := range r.Cascading() {
		code = fmt.Sprintf("webtest.With(t, %s, %q, 2)", code, f.Column)
	}
	return code
}

// cascadeWord finds the tables with whose rows those of a table are deleted.
var cascadeWord = regexp.MustCompile(`(?i)\breferences\s+"?(\w+)"?\s*\([^)]*\)\s+on delete cascade`)

// deletedWith reports whether rows of a resource are deleted with those of an owner.
func (t tree) deletedWith(name, owner string) bool {
	for p, f := range t {
		if !strings.HasPrefix(p, name+"/migrations/") {
			continue
		}
		for _, m := range cascadeWord.FindAllStringSubmatch(f.content, -1) {
			if other := strings.ToLower(m[1]); other == owner || other != name && t.deletedWith(other, owner) {
				return true
			}
		}
	}
	return false
}

// Cascading are the references whose rows are deleted with what they refer to.
func (r *resource) Cascading() []*field {
	return slices.DeleteFunc(r.References(), func(f *field) bool { return !f.Cascades })
}

// Owners are the resources whose rows take rows of this one along when they are deleted.
func (r *resource) Owners() []string {
	var all []string
	for _, f := range r.Cascading() {
		if !slices.Contains(all, f.target) {
			all = append(all, f.target)
		}
	}
	return all
}

// Target is the resource that a reference refers to.
func (f *field) Target() string { return f.target }

// Href is the name in JSON of the address of the row that a reference refers to.
func (f *field) Href() string { return f.Column + "_href" }

// HrefTag is the tag of that address in Go.
func (f *field) HrefTag() string {
	name := f.Href()
	if f.Optional {
		name += ",omitempty"
	}
	return "`" + strings.Join([]string{
		tag("json", name), tag("format", "uri"), tag("doc", "The address of its "+f.words()+"."),
		tag("example", "http://localhost:8000/"+f.target+"/"+f.First()),
	}, " ") + "`"
}

// checkHrefs refuses a field that has the name of such an address.
func (r *resource) checkHrefs() error {
	for _, f := range r.References() {
		if slices.ContainsFunc(r.Fields, func(o *field) bool { return o.Column == f.Href() }) {
			return fmt.Errorf("the name %s cannot be used: the address of the %s is called so", f.Href(), f.words())
		}
	}
	return nil
}
