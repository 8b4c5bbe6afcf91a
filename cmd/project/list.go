package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
)

type listCommand struct{}

// Help is shown by project list --help.
func (listCommand) Help() string {
	return `Files and lines are those of the feature alone. Places are where other files of the program use it,
tests aside; they are marked, as the places in tests, documents and scripts are.

Examples:
  go run ./cmd/project list
  go run ./cmd/project remove deps --dry-run`
}

// Run lists the features of the project in the working directory.
func (listCommand) Run(console *console) error {
	checkout, err := openRepository()
	if err != nil {
		return err
	}
	t, err := checkout.files()
	if err != nil {
		return err
	}
	all := featuresOf(t)
	table := tabwriter.NewWriter(console.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tTHERE\tFILES\tLINES\tPLACES\tNEEDED BY\tWHAT IT IS")
	for _, f := range all {
		if f.hidden {
			continue
		}
		files, lines := t.extent(all, f.name)
		needing := strings.Join(namesIn(dependents(all, map[string]bool{f.name: true})), ", ")
		fmt.Fprintf(table, "%s\tyes\t%d\t%d\t%d\t%s\t%s\n", f.name, files, lines, t.places(f.name), dash(needing), f.about)
	}
	if r, err := readRecord(t); err == nil {
		for _, name := range r.Without {
			fmt.Fprintf(table, "%s\tno\t-\t-\t-\t-\tleft out\n", name)
		}
	}
	return table.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// extent returns the number of files of a feature, and of their lines.
func (t tree) extent(all []feature, name string) (files, lines int) {
	for p, f := range t {
		if slices.Contains(ownersOf(all, p), name) {
			files++
			if f.isText() {
				lines += f.lines()
			}
		}
	}
	return files, lines
}

// places returns the number of marked places of a feature in the program. Adjacent ones are one.
func (t tree) places(name string) int {
	places := 0
	for p, f := range t {
		if path.Ext(p) != ".go" || strings.Contains(p, "test/") || strings.HasSuffix(p, "_test.go") || strings.HasPrefix(p, "cmd/project/") {
			continue
		}
		lines := strings.Split(f.content, "\n")
		for i, end := 0, -1; i < len(lines); i++ {
			expression, rest := markOf(lines[i])
			if !slices.Contains(strings.Fields(expression), name) {
				continue
			}
			if i > end {
				places++
			}
			end = endOfPlace(false, rest, lines, i)
		}
	}
	return places
}
