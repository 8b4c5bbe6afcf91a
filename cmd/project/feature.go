package main

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// feature is a part of a project that can be removed.
type feature struct {
	name  string
	about string
	// files are paths of files, or of folders with a slash at the end; * stands for anything
	// but a slash. A file of several features goes with the first of them.
	files []string
	// words is a regular expression that finds nothing once the feature is removed.
	words string
	// inCode means that the words count in Go only: documents may show others by the same name.
	inCode bool
	// needs are features that this one cannot do without.
	needs []string
	// servesOnly are features without which this one has no use: it goes with the last of them.
	servesOnly []string
	// role is what this feature does for the service; one of those with the same role must stay.
	role string
	// optional features are left out of a new project that does not ask for them.
	optional bool // feature: template
	// hidden features are not for users.
	hidden bool
}

const (
	mainFile = "cmd/app/main.go"
	registry = "cmd/project/features.go"
)

var packageComment = regexp.MustCompile(`(?m)^// Package \w+ (?:is )?(?:a resource: )?((?:.|\n// )+?)\.?\n(?://\n|package )`)

// featuresOf returns the features that the files of a project have: those that its own
// tool knows, and its resources.
func featuresOf(t tree) []feature {
	all := slices.DeleteFunc(slices.Clone(features), func(f feature) bool {
		return !strings.Contains(t[registry].content, "// feature: "+f.name+"\n")
	})
	for _, name := range t.resources() {
		all = append(all, resourceOf(t, name))
	}
	return all
}

// resourceOf returns the feature that a resource is.
func resourceOf(t tree, name string) feature {
	f := feature{name: name, about: "a resource", files: []string{name + "/"}, words: `(?i)\b` + name + `s?\b`, needs: t.references(name)}
	if r, err := readRecord(t); err == nil && !slices.Contains(r.With, name) {
		// It is the project's own, and its name may be any word elsewhere: only an import means it.
		f.words, f.inCode = regexp.QuoteMeta(t.module()+"/"+name+`"`), true
	}
	for _, p := range t.paths() {
		if m := packageComment.FindStringSubmatch(t[p].content); path.Dir(p) == name && path.Ext(p) == ".go" && m != nil {
			f.about = "a resource: " + strings.ReplaceAll(m[1], "\n// ", " ")
		}
	}
	return f
}

// ownersOf returns the names of the features that a file belongs to.
func ownersOf(all []feature, name string) []string {
	var owners []string
	for _, f := range all {
		if slices.ContainsFunc(f.files, func(pattern string) bool { return matches(pattern, name) }) {
			owners = append(owners, f.name)
		}
	}
	return owners
}

// matches reports whether a pattern stands for a path or for one of its folders.
func matches(pattern, name string) bool {
	folder, isFolder := strings.CutSuffix(pattern, "/")
	if !isFolder {
		ok, _ := path.Match(pattern, name)
		return ok
	}
	parts := strings.Split(name, "/")
	depth := strings.Count(folder, "/") + 1
	if len(parts) <= depth {
		return false
	}
	ok, _ := path.Match(folder, strings.Join(parts[:depth], "/"))
	return ok
}

func has(all []feature, name string) bool {
	return slices.ContainsFunc(all, func(f feature) bool { return f.name == name && !f.hidden })
}

// dependents returns the features that directly or indirectly need one in gone.
func dependents(all []feature, gone map[string]bool) map[string]bool {
	found := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, f := range all {
			if gone[f.name] || found[f.name] {
				continue
			}
			if slices.ContainsFunc(f.needs, func(need string) bool { return gone[need] || found[need] }) {
				found[f.name], grown = true, true
			}
		}
	}
	return found
}

// withUnused returns gone with the features that only served those in it.
func withUnused(all []feature, gone map[string]bool) map[string]bool {
	gone = maps.Clone(gone)
	for _, f := range all {
		stays := func(name string) bool { return has(all, name) && !gone[name] }
		if f.servesOnly != nil && !slices.ContainsFunc(f.servesOnly, stays) {
			gone[f.name] = true
		}
	}
	return gone
}

// removable returns the features to remove: those named and, if asked for, their dependents.
// It fails if a name is unknown, or if something that stays needs one of them.
func removable(t tree, names []string, withDependents bool) (map[string]bool, error) {
	all := featuresOf(t)
	gone := map[string]bool{}
	for _, name := range names {
		if !has(all, name) {
			if r, err := readRecord(t); err == nil && slices.Contains(r.Without, name) {
				return nil, fmt.Errorf("%s is removed already", name)
			}
			return nil, fmt.Errorf("there is no feature or resource %q: there are %s", name, strings.Join(visible(all), ", "))
		}
		gone[name] = true
	}
	needing := dependents(all, gone)
	if len(needing) > 0 && !withDependents {
		return nil, fmt.Errorf("%s cannot be removed alone, because these need it: %s. Remove them, too, with --with-dependents",
			strings.Join(namesIn(gone), ", "), strings.Join(namesIn(needing), ", "))
	}
	maps.Copy(gone, needing)
	for _, f := range all {
		another := func(o feature) bool { return o.role == f.role && !gone[o.name] }
		if gone[f.name] && f.role != "" && !slices.ContainsFunc(all, another) {
			return nil, fmt.Errorf("%s cannot be removed: it is the last %s, and one of them must stay", f.name, f.role)
		}
	}
	return gone, nil
}

func namesIn(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func visible(all []feature) []string {
	var names []string
	for _, f := range all {
		if !f.hidden {
			names = append(names, f.name)
		}
	}
	return names
}
