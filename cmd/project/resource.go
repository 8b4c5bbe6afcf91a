package main

import (
	"errors"
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// resource is what the templates of a resource's files need. Its texts are for sentences.
type resource struct {
	Module, Name, Var, Word, Plural, About string
	// Fields are all fields. Set are those that clients set, Auto those that the service sets.
	Fields, Set, Auto []*field
	// Sorts are those that the list can be sorted by, filtered those that select its rows.
	Sorts, filtered []*field
	// Owned means that each row belongs to a caller.
	Owned bool
	// Imports are the other resources that its rows need, each after those that it needs itself.
	Imports []string
	time    time.Time
}

// newResource checks everything that a resource needs of a project and of its fields.
func newResource(t tree, c addCommand, now time.Time) (*resource, error) {
	if err := checkResource(c.Name, t); err != nil {
		return nil, err
	}
	r := &resource{
		Module: t.module(), Name: c.Name, Var: variable(c.Name), Word: c.Name, Plural: c.Plural,
		About: strings.TrimSuffix(c.About, "."), Owned: c.Owned, time: now,
	}
	if r.Plural == "" {
		r.Plural = plural(c.Name)
	}
	if r.About == "" {
		r.About = r.Plural
	}
	if !fieldName.MatchString(r.Plural) || strings.Contains(r.Plural, "_") || token.IsKeyword(r.Plural) || slices.Contains(append(variables, r.Name, r.Var), r.Plural) {
		return nil, fmt.Errorf("the plural %q cannot be used: it is a variable in the code, so it needs lower-case letters and digits, and to differ from the name and the other variables. Choose another with --plural", r.Plural)
	}
	if strings.ContainsFunc(r.About, func(c rune) bool { return !unicode.IsPrint(c) || strings.ContainsRune("\"\\`", c) }) {
		return nil, errors.New("the text of --about has a quote, a backslash or a line break: write it without")
	}
	if r.Owned {
		r.Fields = append(r.Fields, ownerOf(r.Name))
	}
	for _, text := range c.Fields {
		if err := r.addField(t, text); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(r.Set, func(f *field) bool {
		return (f.kind == "string" || f.kind == "text") && !f.Optional && f.initial == nil && !f.Unique && !f.Once
	}) {
		return nil, errors.New("a resource needs a text that clients must set and can change, and that need not be unique, as in title:string:1..80: people and the system tests tell rows apart by it")
	}
	if err := r.checkHrefs(); err != nil {
		return nil, err
	}
	for _, f := range r.References() {
		f.goes = slices.ContainsFunc(r.Cascading(), func(c *field) bool { return t.deletedWith(c.target, f.target) })
	}
	return r, r.list(c.Filter, c.Sort)
}

// addField adds a field, and what it refers to.
func (r *resource) addField(t tree, text string) error {
	f, err := parseField(r.Name, text)
	if err != nil {
		return err
	}
	f.owned = r.Owned
	if slices.ContainsFunc(r.Fields, func(o *field) bool { return o.Go == f.Go }) {
		return fmt.Errorf("the field %s is there twice", f.Column)
	}
	if f.kind == "ref" {
		if f.target == r.Name {
			return fmt.Errorf("the field %q: a reference to the resource itself is yours to write: its fixtures and tests need rows in an order", text)
		}
		if err := r.need(t, f.target); err != nil {
			return fmt.Errorf("the field %q: %w", text, err)
		}
		if f.within = t.isOwned(f.target); f.within && !r.Owned {
			return fmt.Errorf("the field %q: a row that everyone sees cannot refer to one that only its owner sees: add this resource with --owned, too", text)
		}
	}
	r.Fields = append(r.Fields, f)
	if f.Auto {
		r.Auto = append(r.Auto, f)
	} else {
		r.Set = append(r.Set, f)
	}
	return nil
}

var (
	moduleLine    = regexp.MustCompile(`(?m)^module (\S+)$`)
	referenceWord = regexp.MustCompile(`(?i)\breferences\s+"?(\w+)`)
)

// module returns the path of the project's module.
func (t tree) module() string {
	if m := moduleLine.FindStringSubmatch(t["go.mod"].content); m != nil {
		return m[1]
	}
	return ""
}

// migrationTime is the time in the name of a migration.
var migrationTime = regexp.MustCompile(`/migrations/\w+/(\d{14})_`)

const migrationLayout = "20060102150405"

// nextMigration returns the time of a new migration: now, or later than that of every other one.
func (t tree) nextMigration(now time.Time) time.Time {
	for p := range t {
		if m := migrationTime.FindStringSubmatch(p); m != nil {
			if other, err := time.Parse(migrationLayout, m[1]); err == nil && !other.Before(now.Truncate(time.Second)) {
				now = other.Add(time.Second)
			}
		}
	}
	return now
}

// need adds a resource to the imports, after those that it refers to itself.
func (r *resource) need(t tree, name string) error {
	if slices.Contains(r.Imports, name) {
		return nil
	}
	if !t.hasResource(name) {
		return fmt.Errorf("there is no resource %q in %s: add it first", name, mainFile)
	}
	for _, other := range t.references(name) {
		if slices.Contains(t.references(other), name) {
			return fmt.Errorf("%s and %s refer to each other, which is yours to write", name, other)
		}
		if err := r.need(t, other); err != nil {
			return err
		}
	}
	r.Imports = append(r.Imports, name)
	return nil
}

func (t tree) hasResource(name string) bool { return slices.Contains(t.resources(), name) }

// resources returns the names of the resources in the order of their list.
func (t tree) resources() []string {
	var all []string
	for _, line := range strings.Split(t[mainFile].content, "\n") {
		if m := resourceLine.FindStringSubmatch(line); m != nil {
			all = append(all, m[1])
		}
	}
	return all
}

// references returns the other resources that the migrations of a resource refer to.
func (t tree) references(name string) []string {
	var all []string
	for _, p := range t.paths() {
		if !strings.HasPrefix(p, name+"/migrations/") {
			continue
		}
		for _, m := range referenceWord.FindAllStringSubmatch(t[p].content, -1) {
			if other := strings.ToLower(m[1]); other != name && !slices.Contains(all, other) && t.hasResource(other) {
				all = append(all, other)
			}
		}
	}
	return all
}
