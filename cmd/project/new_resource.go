package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// parseResource returns the command add for a text of --resource: the same words, and a word with
// a space in it in double quotes.
func parseResource(text string) (addCommand, error) {
	var c addCommand
	reader := csv.NewReader(strings.NewReader(strings.Join(strings.Fields(text), " ")))
	reader.Comma = ' '
	words, err := reader.Read()
	if err != nil {
		return c, fmt.Errorf("it needs words as in note title:string:1..80: %w", err)
	}
	parser, err := kong.New(&c, kong.NoDefaultHelp())
	if err != nil {
		return c, err
	}
	if _, err := parser.Parse(words); err != nil {
		return c, err
	}
	if c.DryRun {
		return c, errors.New("--dry-run belongs outside of it")
	}
	return c, nil
}

// withResources returns the files of a project with resources, in the order of their texts. It has
// the features of the template but for those in gone, and so have they. It does not change t.
func (t tree) withResources(texts []string, features []feature, gone []string) (tree, error) {
	isGone := func(owner string) bool { return slices.Contains(gone, owner) }
	for _, text := range texts {
		c, err := parseResource(text)
		if err != nil {
			return nil, fmt.Errorf("--resource %q: %w", text, err)
		}
		r, err := newResource(t, c, t.nextMigration(time.Now()))
		if err != nil {
			return nil, fmt.Errorf("--resource %q: %w", text, err)
		}
		after, err := r.addedTo(t)
		if err != nil {
			return nil, fmt.Errorf("--resource %q: %w", text, err)
		}
		for p := range after {
			if _, ok := t[p]; !ok && slices.ContainsFunc(ownersOf(features, p), isGone) {
				delete(after, p) // such as the migrations for an engine that was left out
			}
		}
		t = after
	}
	return t, nil
}
