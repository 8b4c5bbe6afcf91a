package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type removeCommand struct {
	Names          []string `arg:"" name:"name" help:"Features or resources, as the command list shows them."`
	WithDependents bool     `help:"Also remove what needs them."`
	Force          bool     `help:"Also remove resources with files that were edited by hand."`
	DropTables     bool     `help:"Also write migrations that drop the tables of resources from databases that exist."`
	DryRun         bool     `help:"Print what would change, and change nothing."`
}

// Help is shown by project remove --help.
func (removeCommand) Help() string {
	return `The changes are not committed: look at them with git diff, run the tests, and commit.
If you do not want them, or the command did not end, git restore . brings everything back.

A resource that was added and not yet committed goes without a trace, if there are no other
changes. The tables of databases that exist stay, with their rows, unless --drop-tables writes
migrations that drop them; release those after the version that does not use the tables.

Examples:
  go run ./cmd/project remove deps
  go run ./cmd/project remove metrics --with-dependents --dry-run`
}

// Run removes features from the project in the working directory.
func (c removeCommand) Run(console *console) error {
	checkout, before, err := openClean()
	if u := uncommitted(""); errors.As(err, &u) {
		return c.undo(console, u)
	}
	if err != nil {
		return err
	}
	after, gone, err := c.removed(before)
	if err != nil {
		return err
	}
	if recorded, err := readRecord(before); err == nil {
		after[recordFile] = file{content: recorded.without(gone).String()}
	}
	leftOver := before.leftOver(after, gone)
	if c.DropTables {
		if err := after.dropTables(before, gone); err != nil {
			return err
		}
	}
	if c.DryRun {
		console.lines(after.changes(before))
		return nil
	}
	if err := after.write(checkout.folder, before); err != nil {
		return fmt.Errorf("%w; git restore . undoes the changes so far", err)
	}
	console.say("removed %s: %d files changed or deleted", strings.Join(namesIn(gone), ", "), len(after.changes(before)))
	tidy(console, checkout.folder)
	for _, place := range leftOver {
		console.warn("%s still mentions it: change it by hand", place)
	}
	console.say("look at it with git diff, run go test ./..., and commit")
	return nil
}

// removed returns the files of a project without the features, and the names of all that are gone.
func (c removeCommand) removed(before tree) (after tree, gone map[string]bool, err error) {
	if gone, err = removable(before, c.Names, c.WithDependents); err != nil {
		return nil, nil, err
	}
	if !c.Force {
		if err = before.checkUnedited(gone); err != nil {
			return nil, nil, err
		}
	}
	after, err = before.without(gone)
	return after, gone, err
}

// tidy removes from go.mod what is no longer used. Go may need a network for it.
func tidy(console *console, folder string) {
	cmd := exec.CommandContext(context.Background(), "go", "mod", "tidy")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		console.warn("go.mod is not tidy yet, run go mod tidy: %s", strings.TrimSpace(string(output)))
	}
}

// without returns the tree without the features in gone. It does not change t.
func (t tree) without(gone map[string]bool) (tree, error) {
	all := featuresOf(t)
	gone = withUnused(all, gone)
	after := tree{}
	for name, f := range t {
		first, _, _ := strings.Cut(f.content, "\n")
		if slices.ContainsFunc(ownersOf(all, name), func(owner string) bool { return gone[owner] }) || marksFile(first, gone) {
			continue
		}
		if f.isText() {
			changed, err := edited(name, f.content, gone)
			if err != nil {
				return nil, err
			}
			f.content = changed
		}
		after[name] = f
	}
	return after, nil
}

// resourceLine matches the line of a resource in the list of cmd/app/main.go.
var resourceLine = regexp.MustCompile(`^\s*(\w+)\.Resource\(\),$`)

// edited returns the text of a file without the places of the features in gone.
func edited(name, text string, gone map[string]bool) (string, error) {
	if name == "cmd/project/marks.go" {
		return text, nil // it has examples of marks
	}
	after := withoutMarked(name, text, gone)
	if name == mainFile {
		lines := slices.DeleteFunc(strings.Split(after, "\n"), func(line string) bool {
			m := resourceLine.FindStringSubmatch(line)
			return m != nil && gone[m[1]]
		})
		after = strings.Join(lines, "\n")
	}
	if after == text || path.Ext(name) != ".go" {
		return after, nil
	}
	return withoutUnusedImports(name, text, after)
}

// withoutUnusedImports returns the Go file after, formatted, and without the imports that
// before uses and after does not.
func withoutUnusedImports(name, before, after string) (string, error) {
	usedBefore, _, err := usedNames(name, before)
	if err != nil {
		return "", err
	}
	usedAfter, parsed, err := usedNames(name, after)
	if err != nil {
		return "", fmt.Errorf("%w: a mark there no longer fits what it covers, so nothing was changed; remove its lines by hand and run this again", err)
	}
	lines := strings.Split(after, "\n")
	unused := map[int]bool{}
	for _, spec := range parsed.file.Imports {
		if local := importName(spec); usedBefore[local] && !usedAfter[local] {
			unused[parsed.set.Position(spec.Pos()).Line] = true
		}
	}
	var kept []string
	for i, line := range lines {
		if !unused[i+1] {
			kept = append(kept, line)
		}
	}
	text := emptyImport.ReplaceAllString(strings.Join(kept, "\n"), "")
	formatted, err := format.Source([]byte(text))
	return string(formatted), err
}

var emptyImport = regexp.MustCompile(`(?m)^import \(\s*\)\n`)

type goFile struct {
	file *ast.File
	set  *token.FileSet
}

// usedNames returns the names before the dots of a Go file, packages among them.
func usedNames(name, text string) (map[string]bool, goFile, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return nil, goFile{}, err
	}
	used := map[string]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	return used, goFile{parsed, set}, nil
}

var versionSuffix = regexp.MustCompile(`(/v[0-9]+|\.v[0-9]+)$`)

// importName returns the name that a file uses for an import. It guesses: a wrong guess
// only means that the import is kept.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	imported, _ := strconv.Unquote(spec.Path.Value)
	base := path.Base(versionSuffix.ReplaceAllString(imported, ""))
	return strings.ReplaceAll(strings.TrimPrefix(base, "go-"), "-", "")
}

// leftOver returns the places in after that still mention a feature in gone.
func (t tree) leftOver(after tree, gone map[string]bool) []string {
	var places []string
	for _, f := range featuresOf(t) {
		if !gone[f.name] || f.words == "" {
			continue
		}
		words := regexp.MustCompile(f.words)
		for _, name := range after.paths() {
			if name == recordFile || path.Base(name) == "go.mod" || path.Base(name) == "go.sum" || !after[name].isText() || f.inCode && path.Ext(name) != ".go" {
				continue
			}
			if words.MatchString(name) {
				places = append(places, fmt.Sprintf("the name %s (%s)", name, f.name))
			}
			for i, line := range strings.Split(after[name].content, "\n") {
				if found := words.FindString(line); found != "" {
					places = append(places, fmt.Sprintf("%s:%d (%s: %q)", name, i+1, f.name, found))
				}
			}
		}
	}
	return places
}
