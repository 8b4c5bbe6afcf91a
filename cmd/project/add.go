package main

import (
	"embed"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"
	"time"
)

type addCommand struct {
	Name   string   `arg:"" help:"The name of the resource, in the singular: of its folder, package, table and path."`
	Fields []string `arg:"" optional:"" help:"Its fields, as in title:string:1..80."`
	About  string   `help:"What it is, for the description of the API, as in 'short texts that people post'."`
	Plural string   `help:"The plural of the name, where it is not regular."`
	Filter []string `help:"Fields that the list can be filtered by." placeholder:"FIELD,…"`
	Sort   []string `help:"Fields that the list can be sorted by." placeholder:"FIELD,…"`
	Owned  bool     `help:"Its rows belong to the caller who creates them, and nobody else sees them."`
	DryRun bool     `help:"Print what would change, and change nothing."`
}

// Help is shown by project add --help.
func (addCommand) Help() string {
	return kindsHelp + `

The changes are not committed: the code is yours from now on. The command remove undoes them.

Examples:
  go run ./cmd/project add note 'title:string:1..80' 'body:text?' done:bool=false
  go run ./cmd/project add comment note:ref:cascade author:email 'text:string:1..500' written:time:auto
  go run ./cmd/project add wish 'text:string:1..200' --owned
  go run ./cmd/project add task title:string:1..80 state:enum:open,closed 'due:time?' --filter state,due --sort due,title`
}

// Run writes a resource into the project in the working directory.
func (c addCommand) Run(console *console) error {
	checkout, before, err := openClean()
	if err != nil {
		return err
	}
	r, err := newResource(before, c, before.nextMigration(time.Now()))
	if err != nil {
		return err
	}
	after, err := r.addedTo(before)
	if err != nil {
		return err
	}
	changes := after.changes(before)
	if c.DryRun {
		console.lines(changes)
		return nil
	}
	if err := after.write(checkout.folder, before); err != nil {
		return fmt.Errorf("%w; delete the folder %s and run git restore %s to undo what was written", err, r.Name, mainFile)
	}
	console.lines(changes)
	console.say("next: go test ./%s, go run ./cmd/app, and open http://localhost:8000/%s/", r.Name, r.Name)
	console.say("an existing database gets the table from go run ./cmd/app migrate, and the fixtures from go run ./cmd/app loaddata %s", r.Name)
	return nil
}

//go:embed resource field
var templates embed.FS

// addedTo returns the tree with the files of the resource and its line in main.go. It does not
// change t.
func (r *resource) addedTo(t tree) (tree, error) {
	after, err := r.files()
	if err != nil {
		return nil, err
	}
	maps.Copy(after, t)
	if after[mainFile], err = r.listedIn(t[mainFile]); err != nil {
		return nil, err
	}
	return after, collision(r.Name, mainFile, after[mainFile].content)
}

// files returns the files of the resource. A project without an engine has no migrations for it,
// and neither has the resource.
func (r *resource) files() (tree, error) {
	all := tree{}
	return all, fs.WalkDir(templates, "resource", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		base := path.Base(p)
		if strings.HasPrefix(base, "list") && !r.Sorted() || strings.HasPrefix(base, "owner") && !r.Owned {
			return nil
		}
		content, err := r.execute(p)
		if err != nil {
			return err
		}
		target := r.path(p)
		if _, ok := all[target]; ok {
			return fmt.Errorf("the name %q cannot be used: every resource has a file %s", r.Name, path.Base(target))
		}
		all[target] = file{content: content}
		if strings.HasSuffix(target, "_test.go") {
			return collision(r.Name, target, content)
		}
		return nil
	})
}

// path is where the file of a template belongs.
func (r *resource) path(p string) string {
	p = strings.TrimSuffix(strings.TrimPrefix(p, "resource/"), ".tmpl")
	base := strings.Replace(path.Base(p), "resource", r.Name, 1)
	if base == "create.sql" {
		base = r.time.UTC().Format(migrationLayout) + "_create_" + r.Name + ".sql"
	}
	return path.Join(r.Name, path.Dir(p), base)
}

func (r *resource) execute(p string) (string, error) {
	return execute(p, r, template.FuncMap{"inc": func(n int) int { return n + 1 }, "pad": r.pad, "placeholders": placeholders})
}

// execute returns the file that a template makes of data.
func execute(p string, data any, functions template.FuncMap) (string, error) {
	parsed, err := template.New(path.Base(p)).Funcs(functions).ParseFS(templates, p)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	if err := parsed.Execute(&text, data); err != nil {
		return "", err
	}
	if !strings.HasSuffix(p, ".go.tmpl") {
		return text.String(), nil
	}
	formatted, err := format.Source([]byte(text.String()))
	if err != nil {
		return "", fmt.Errorf("%s: %w", p, err)
	}
	return string(formatted), nil
}

// listedIn adds the resource behind the last one in the list of main.go.
func (r *resource) listedIn(main file) (file, error) {
	const empty = "[]web.Resource{}" // as gofmt writes it
	lines := strings.Split(strings.Replace(main.content, empty, "[]web.Resource{\n\t}", 1), "\n")
	last, imported := -1, -1
	for i, line := range lines {
		if resourceLine.MatchString(line) || last < 0 && strings.HasSuffix(line, "[]web.Resource{") {
			last = i
		}
		if strings.HasSuffix(line, `/internal/web"`) {
			imported = i
		}
	}
	if last < 0 || imported < 0 {
		return file{}, fmt.Errorf("%s has no list of resources (Resources: []web.Resource{…}), so nothing was changed", mainFile)
	}
	lines = slices.Insert(lines, last+1, "\t\t"+r.Name+".Resource(),")
	lines = slices.Insert(lines, imported+1, fmt.Sprintf("\t%q", r.Module+"/"+r.Name))
	formatted, err := format.Source([]byte(strings.Join(lines, "\n")))
	main.content = string(formatted)
	return main, err
}
