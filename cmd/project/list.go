package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

type listCommand struct{}

// Help is shown by project list --help.
func (listCommand) Help() string {
	return `Files and lines are those of the feature alone, places are the marked ones in other files.

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
		fmt.Fprintf(table, "%s\tyes\t%d\t%d\t%d\t%s\t%s\n", f.name, files, lines, len(t.places(f.name)), dash(needing), f.about)
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

// places returns the marked places of a feature, its entry among the features aside.
func (t tree) places(name string) []string {
	var places []string
	for _, p := range t.paths() {
		if strings.HasPrefix(p, "cmd/project/") || !t[p].isText() {
			continue
		}
		for i, line := range strings.Split(t[p].content, "\n") {
			if expression, _ := markOf(line); expression != "" && strings.Contains(" "+expression+" ", " "+name+" ") {
				places = append(places, fmt.Sprintf("%s:%d", p, i+1))
			}
		}
	}
	return places
}
