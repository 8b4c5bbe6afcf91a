package main

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"time"
)

// rewrite changes the code of a resource from what add writes for one command, in the tree base,
// to what it writes for another in this one. It returns the edits that it cannot make.
func (t tree) rewrite(was addCommand, base tree, is addCommand) ([]string, error) {
	from, err := base.rendered(was)
	if err != nil {
		return nil, err
	}
	to, err := t.rendered(is)
	if err != nil {
		return nil, err
	}
	var remaining []string
	for _, p := range to.paths() {
		if path.Ext(p) != ".go" || from[p] == to[p] {
			continue
		}
		f, ok := t[p]
		if !ok {
			remaining = append(remaining, p+" is not there: what add would change in it belongs elsewhere")
			continue
		}
		text, edits := merged(f.content, from[p].content, to[p].content)
		for _, edit := range edits {
			remaining = append(remaining, p+":"+edit)
		}
		f.content = text
		t[p] = f
	}
	return remaining, nil
}

// rewriteDependents changes the tests of the resources that refer to this one: they need what it
// refers to. before is the tree without the new fields.
func (t tree) rewriteDependents(name string, before tree) (remaining []string, err error) {
	for _, other := range namesIn(dependents(featuresOf(before), map[string]bool{name: true})) {
		c, err := before.recovered(other)
		if err != nil {
			remaining = append(remaining, fmt.Sprintf("the tests of %s need the resources that %s refers to, but its fields are not known: %v", other, name, err))
			continue
		}
		edits, err := t.rewrite(c, before, c)
		if err != nil {
			return nil, err
		}
		remaining = append(remaining, edits...)
	}
	return remaining, nil
}

// rendered returns the files that add writes for a command.
func (t tree) rendered(c addCommand) (tree, error) {
	r, err := newResource(t.withoutFolder(c.Name), c, time.Now())
	if err != nil {
		return nil, err
	}
	return r.files()
}

func (t tree) withoutFolder(name string) tree {
	all := maps.Clone(t)
	maps.DeleteFunc(all, func(p string, _ file) bool { return strings.HasPrefix(p, name+"/") })
	return all
}
