package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

type addFieldCommand struct {
	Name   string   `arg:"" help:"The name of the resource."`
	Fields []string `arg:"" help:"The new fields, as in 'color:string:1..20?'."`
	DryRun bool     `help:"Print what would change, and change nothing."`
}

// Help is shown by project add-field --help.
func (addFieldCommand) Help() string {
	return kindsHelp + `

Rows that exist have no value for a new field, so it needs ? or a default. What you have
changed in the files of the resource stays. A file in which the same lines would change
is left alone, and the command prints what is to do there. To filter or sort a list by a new
field is yours to write.

The changes are not committed. To undo them, run git restore . and git clean -df NAME.

Examples:
  go run ./cmd/project add-field note 'color:string:1..20?'
  go run ./cmd/project add-field note 'shelf:ref?' state:enum:open,closed=open`
}

// Run adds fields to a resource of the project in the working directory.
func (c addFieldCommand) Run(console *console) error {
	checkout, before, err := openClean()
	if err != nil {
		return err
	}
	after, remaining, err := c.addedTo(before, time.Now())
	if err != nil {
		return err
	}
	if !c.DryRun {
		if err := after.write(checkout.folder, before); err != nil {
			return fmt.Errorf("%w; run git restore . and git clean -df %s to undo what was written", err, c.Name)
		}
	}
	console.lines(after.changes(before))
	for _, edit := range remaining {
		console.warn("change this by hand: %s", edit)
	}
	if c.DryRun {
		return nil
	}
	console.say("next: look at it with git diff, and run go test ./%s", c.Name)
	console.say("an existing database gets the columns from go run ./cmd/app migrate")
	if _, ok := before["docs/migrations.md"]; ok {
		console.say("commit the migrations first, and the code after them: docs/migrations.md says why")
	}
	return nil
}

// addedTo returns the tree with the fields, and the edits that are left to the owner. It does not
// change t.
func (c addFieldCommand) addedTo(t tree, now time.Time) (after tree, remaining []string, err error) {
	if !t.hasResource(c.Name) {
		return nil, nil, fmt.Errorf("there is no resource %q in %s", c.Name, mainFile)
	}
	was, err := t.recovered(c.Name)
	if err != nil {
		return nil, nil, fmt.Errorf("the fields of %s are not known: %w. So nothing was changed.%s", c.Name, err, t.placesOfField(c.Name))
	}
	for _, text := range c.Fields {
		column, _, _ := strings.Cut(text, ":")
		if slices.ContainsFunc(was.Fields, func(text string) bool { return strings.HasPrefix(text, column+":") }) {
			return nil, nil, fmt.Errorf("%s has a field %s already", c.Name, column)
		}
	}
	is := was
	is.Fields = slices.Concat(was.Fields, c.Fields)
	r, err := newResource(t.withoutFolder(c.Name), is, now)
	if err != nil {
		return nil, nil, err
	}
	if slices.Contains(r.Imports, c.Name) {
		return nil, nil, fmt.Errorf("%s and what it would refer to would refer to each other, which is yours to write", c.Name)
	}
	added := r.Fields[len(r.Fields)-len(c.Fields):]
	after = maps.Clone(t)
	for _, f := range added {
		if err := f.addable(); err != nil {
			return nil, nil, fmt.Errorf("the field %s: %w", f.Column, err)
		}
		if err := after.migrate(f, now); err != nil {
			return nil, nil, err
		}
	}
	remaining, err = after.rewrite(was, t, is)
	if err != nil {
		return nil, nil, err
	}
	remaining = append(remaining, after.setInFixture(c.Name, added)...)
	if !slices.ContainsFunc(added, func(f *field) bool { return f.kind == "ref" }) {
		return after, remaining, nil
	}
	more, err := after.rewriteDependents(c.Name, t)
	return after, append(remaining, more...), err
}

// addable refuses a field that rows and running versions of the service cannot do without.
func (f *field) addable() error {
	switch {
	case f.Auto:
		return fmt.Errorf("nobody knows when the rows that exist were created: add %s:time? instead, and set it in Create", f.Column)
	case !f.Optional && f.initial == nil:
		return errors.New("the rows that exist have no value for it, and the version that runs while this one starts does not set it. Let it be null (?) or give it a default (=VALUE)")
	case f.within:
		return errors.New("it needs a foreign key of two columns (owner and " + f.Column + "), which not every engine can add to a table: replace the table in a migration of your own, or add the resource again")
	case f.initial != nil && strings.Contains(*f.initial, " --"):
		return errors.New("its default has --, which begins a comment in a migration: change the default in the code and the migration afterwards")
	}
	return nil
}

// migrate adds the migrations of a new field. Its index has a migration of its own, since one
// that is built beside requests cannot be part of a transaction.
func (t tree) migrate(f *field, now time.Time) error {
	steps := []string{"add"}
	if f.Unique || f.kind == "ref" {
		steps = append(steps, "index")
	}
	for _, step := range steps {
		now = t.nextMigration(now)
		found, err := fs.Glob(templates, "field/migrations/*/"+step+".sql.tmpl")
		if err != nil {
			return err
		}
		for _, p := range found {
			text, err := execute(p, f, nil)
			if err != nil {
				return err
			}
			name := now.UTC().Format(migrationLayout) + "_" + step + "_" + f.Column + ".sql"
			t[path.Join(f.resource, strings.TrimPrefix(path.Dir(p), "field/"), name)] = file{content: text}
		}
	}
	return nil
}

// setInFixture sets the fields in the first row of the fixtures, and says so if it cannot.
func (t tree) setInFixture(name string, added []*field) (remaining []string) {
	p := name + "/fixtures/" + name + ".json"
	f := t[p]
	_, row, found := strings.Cut(f.content, `"fields":`)
	var fields json.RawMessage
	decoder := json.NewDecoder(strings.NewReader(row))
	if !found || decoder.Decode(&fields) != nil || fields[0] != '{' {
		return []string{p + ": set the new fields in a row"}
	}
	end := len(f.content) - len(row) + int(decoder.InputOffset()) - len("}")
	before := strings.TrimRight(f.content[:end], " \t\n")
	space := f.content[len(before):end]
	for _, a := range added {
		if !strings.HasSuffix(before, "{") {
			before += ", "
		}
		value := a.First()
		if a.initial != nil && value == a.Default() {
			value = a.Second() // so that a test sees that it is kept
		}
		before += fmt.Sprintf("%q: %s", a.Column, value)
	}
	f.content = before + space + f.content[end:]
	t[p] = f
	return nil
}
