package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// undo removes resources that are not committed yet. It fails if there are other changes.
func (c removeCommand) undo(console *console, changes uncommitted) error {
	checkout, err := openRepository()
	if err != nil {
		return err
	}
	committed, err := checkout.files()
	if err != nil {
		return err
	}
	now, err := checkout.workingFiles()
	if err != nil {
		return err
	}
	isNew := func(name string) bool { return now.hasResource(name) && !committed.hasResource(name) }
	if c.DropTables || slices.ContainsFunc(c.Names, func(name string) bool { return !isNew(name) }) {
		return changes
	}
	after, gone, err := c.removed(now)
	if err != nil {
		return err
	}
	if !maps.Equal(after, committed) {
		return changes
	}
	if c.DryRun {
		console.lines(after.changes(now))
		return nil
	}
	if err := after.write(checkout.folder, now); err != nil {
		return err
	}
	if _, err := git(checkout.folder, "reset", "--quiet"); err != nil { // forgets what git add was told
		return err
	}
	console.say("removed %s: everything is as in the last commit", strings.Join(namesIn(gone), ", "))
	return nil
}

// workingFiles returns the files of the working directory but those that git ignores. It does not
// touch the index.
func (c checkout) workingFiles() (tree, error) {
	work, err := os.MkdirTemp("", "index")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	var id string
	for _, args := range [][]string{{"read-tree", "HEAD"}, {"add", "--all"}, {"write-tree"}} {
		if id, err = gitWith([]string{"GIT_INDEX_FILE=" + filepath.Join(work, "index")}, c.folder, args...); err != nil {
			return nil, err
		}
	}
	return readCommit(c.folder, id)
}

// checkUnedited fails if a resource to remove has files that add and add-field do not write. Those
// of the template's resources are the template's.
func (t tree) checkUnedited(gone map[string]bool) error {
	r, _ := readRecord(t) // the template itself has none
	var edited []string
	for _, name := range t.resources() {
		if gone[name] && !slices.Contains(r.With, name) {
			edited = append(edited, t.edited(name)...)
		}
	}
	if len(edited) == 0 {
		return nil
	}
	return fmt.Errorf("these files were edited by hand, or written by another version of add, so nothing was removed; --force removes them, too:\n%s", strings.Join(edited, "\n"))
}

// edited returns the files of a resource that add and add-field do not write like this.
func (t tree) edited(name string) []string {
	c, err := t.recovered(name)
	if err != nil {
		return []string{fmt.Sprintf("%s/: %v", name, err)}
	}
	files, err := t.rendered(c)
	if err != nil {
		return []string{fmt.Sprintf("%s/: %v", name, err)}
	}
	anyTime := func(p string) string {
		if m := migrationTime.FindStringSubmatch(p); m != nil {
			return strings.Replace(p, m[1], "", 1)
		}
		return p
	}
	written := tree{}
	for p, f := range files {
		written[anyTime(p)] = f
	}
	var fields, edited []string
	for _, text := range c.Fields {
		column, _, _ := strings.Cut(text, ":")
		fields = append(fields, "_add_"+column+".sql", "_index_"+column+".sql")
	}
	later := func(p string) bool { return slices.Contains(fields, path.Base(anyTime(p))) }
	grown := slices.ContainsFunc(t.paths(), func(p string) bool { return strings.HasPrefix(p, name+"/") && later(p) })
	for _, p := range t.paths() {
		want, ok := written[anyTime(p)]
		switch {
		case !strings.HasPrefix(p, name+"/"), ok && want == t[p], later(p):
		case ok && grown && path.Ext(p) != ".go": // add-field has left or changed it, depending on its own time
		default:
			edited = append(edited, p)
		}
	}
	return edited
}

// dropTables adds migrations that drop the tables of the resources in gone, to the first resource
// that stays: a database that exists has its table until then.
func (t tree) dropTables(before tree, gone map[string]bool) error {
	stays := t.resources()
	if len(stays) == 0 {
		return errors.New("no resource stays whose migrations could drop the tables: drop them by hand")
	}
	var tables []string
	for _, name := range before.resources() {
		if gone[name] {
			tables = append(tables, name)
		}
	}
	if len(tables) == 0 {
		return errors.New("--drop-tables is for resources, and none of these is one")
	}
	// A table goes after those that refer to it.
	slices.SortStableFunc(tables, func(a, b string) int {
		return len(dependents(featuresOf(before), map[string]bool{a: true})) - len(dependents(featuresOf(before), map[string]bool{b: true}))
	})
	for _, name := range tables {
		// Databases have applied the migrations that are gone, so their versions stay taken.
		now := before.nextMigration(t.nextMigration(time.Now())).UTC().Format(migrationLayout)
		for _, folder := range before.migrationFolders(name) {
			p := path.Join(stays[0], "migrations", folder, now+"_drop_"+name+".sql")
			t[p] = file{content: fmt.Sprintf(dropTable, name)}
		}
	}
	return nil
}

const dropTable = `-- migration-lint: contracts, because the service has no such resource any more.
-- +goose Up
drop table if exists %s;

-- +goose Down
-- The rows are gone, and no code needs the table.
`

// migrationFolders returns the names of the folders of the migrations of a resource.
func (t tree) migrationFolders(name string) []string {
	var all []string
	for _, p := range t.paths() {
		if strings.HasPrefix(p, name+"/migrations/") {
			all = append(all, path.Base(path.Dir(p)))
		}
	}
	return slices.Compact(all)
}
