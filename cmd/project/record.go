package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// recordFile says which state of the template a project was made from, and how.
const recordFile = ".template.json"

// record is the content of recordFile.
type record struct {
	// Template is the repository of the template: a URL or a path.
	Template string `json:"template"`
	// Commit and Version are the state of the template.
	Commit  string `json:"commit"`
	Version string `json:"version"`
	Module  string `json:"module"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	// Seed determines the passwords of development.
	Seed string `json:"seed"`
	// With and Without are the features that were known when the project was made or updated
	// last. NewFeatures says what becomes of one that was not: "with" or "without".
	With        []string `json:"with"`
	Without     []string `json:"without"`
	NewFeatures string   `json:"newFeatures"`
}

// readRecord returns the record of a project. The template itself has none.
func readRecord(t tree) (record, error) {
	f, ok := t[recordFile]
	if !ok {
		return record{}, errors.New("this project has no " + recordFile + ": it was not made by the command new")
	}
	return parseRecord(f.content)
}

func parseRecord(text string) (record, error) {
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return record{}, fmt.Errorf("read %s: %w", recordFile, err)
	}
	return r, nil
}

// without returns the record of the same project without the features in gone. What the template
// does not have, such as a resource of the project's own, is not in it.
func (r record) without(gone map[string]bool) record {
	r.Without = slices.Clone(r.Without)
	for _, name := range r.With {
		if gone[name] {
			r.Without = append(r.Without, name)
		}
	}
	r.With = slices.DeleteFunc(slices.Clone(r.With), func(name string) bool { return gone[name] })
	slices.Sort(r.Without)
	return r
}

// String returns the record as it is written to the file.
func (r record) String() string {
	text, _ := json.MarshalIndent(r, "", "  ") // strings only: this cannot fail
	return string(text) + "\n"
}
