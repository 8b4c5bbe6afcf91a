package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type newCommand struct {
	Module         string   `arg:"" help:"The path of its Go module, as in github.com/acme/notes."`
	Directory      string   `arg:"" optional:"" help:"Where to make it. By default beside the template, in a folder with its name."`
	Name           string   `help:"The name of the service, in images, logs, databases. By default the end of the module's path."`
	Title          string   `help:"The title of the API and its pages. By default the name."`
	Without        []string `help:"Features and resources to leave out, separated by commas. The command list shows them."`
	With           []string `help:"Features to add that are left out by default: benchmark, faults."`
	Resource       []string `help:"A resource in the place of the example: what follows project add. Once for each." sep:"none" placeholder:"'NAME FIELD …'"`
	WithDependents bool     `help:"Also leave out what needs those of --without."`
	DryRun         bool     `help:"Print what would be made, and make nothing."`
}

// Help is shown by project new --help.
func (newCommand) Help() string {
	return `It needs git and Go. The project is a git repository with one commit; its branch template
is what the command update merges newer states of the template from.

The resources of --resource are in that commit, in this order, each with the fields and flags of
the command add (see project add --help). A word with a space needs double quotes. They are yours:
no update changes them.

Examples:
  go run ./cmd/project new github.com/acme/notes
  go run ./cmd/project new github.com/acme/notes ~/src/notes --title "Acme Notes"
  go run ./cmd/project new github.com/acme/notes --without grafana,deps,tweet
  go run ./cmd/project new github.com/acme/notes --resource 'note title:string:1..80 done:bool=false --filter done'`
}

// Run makes a project from the template in the working directory.
func (c newCommand) Run(console *console) error {
	template, err := openCheckout()
	if err != nil {
		return err
	}
	n, err := newNames(c.Module, c.Name, c.Title)
	if err != nil {
		return err
	}
	t, err := template.files()
	if err != nil {
		return err
	}
	r, err := c.record(template, t, n)
	if err != nil {
		return err
	}
	project, r, err := projectOf(template, t, r)
	if err != nil {
		return err
	}
	before := project
	if project, err = project.withResources(c.Resource, featuresOf(t), r.Without); err != nil {
		return err
	}
	if c.Directory == "" {
		c.Directory = filepath.Join(filepath.Dir(template.folder), n.name)
	}
	folder, err := emptyFolder(c.Directory, template.folder)
	if err != nil {
		return err
	}
	if c.DryRun {
		console.say("would make %s in %s from %s of the template:\n%s", n.name, folder, template.commit[:12], r)
		console.lines(project.changes(before))
		return nil
	}
	if err := makeProject(console, template, project, folder); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	relative := folder
	if working, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(working, folder); err == nil {
			relative = short
		}
	}
	console.say(`made %s in %s

Next:
  cd %s
  go run ./cmd/app            # serve it on localhost:8000
  go test ./...               # green, and yours from here on
  go run ./cmd/project list   # what is in it, and can be removed

It has no licence yet: choose one, or say that there is none.`, n.name, folder, quoted(relative))
	return nil
}

// record returns what the project is made of.
func (c newCommand) record(template checkout, t tree, n names) (record, error) {
	all := featuresOf(t)
	for _, name := range c.With {
		if !slices.ContainsFunc(all, func(f feature) bool { return f.name == name && f.optional }) {
			return record{}, fmt.Errorf("--with adds features that are left out by default, and %q is none: there are benchmark and faults", name)
		}
		if slices.Contains(c.Without, name) {
			return record{}, fmt.Errorf("%s is in both --with and --without: name it once", name)
		}
	}
	without := c.Without
	if len(c.Resource) > 0 {
		without = append(slices.Clone(without), t.resources()...)
	}
	gone, err := removable(t, without, c.WithDependents)
	if err != nil {
		return record{}, err
	}
	origin, err := originOf(template)
	if err != nil {
		return record{}, err
	}
	r := record{
		Template: origin, Module: n.module, Name: n.name, Title: n.title,
		Seed: rand.Text(), With: slices.Clone(c.With), Without: namesIn(gone), NewFeatures: "with",
	}
	return r.known(all), nil
}

// originOf returns where the state of the template can be had later: from where it was
// cloned if it is there, otherwise from its folder.
func originOf(template checkout) (string, error) {
	published, err := git(template.folder, "branch", "--remotes", "--contains", template.commit)
	if err != nil {
		return "", err
	}
	if published == "" {
		return template.folder, nil
	}
	origin, err := git(template.folder, "remote", "get-url", "origin")
	if err != nil {
		return template.folder, nil //nolint:nilerr // it was cloned under another name
	}
	if u, err := url.Parse(origin); err == nil && u.User != nil && u.Scheme != "ssh" {
		u.User = nil // it may contain a token
		origin = u.String()
	}
	return origin, nil
}

// emptyFolder checks that a project can be made in a folder, and returns its absolute path.
func emptyFolder(folder, template string) (string, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	if relative, err := filepath.Rel(template, folder); err == nil && filepath.IsLocal(relative) {
		return "", fmt.Errorf("%s is inside of the template: name a folder outside of it", folder)
	}
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return folder, nil
	case err != nil:
		return "", fmt.Errorf("%s cannot be used: %w", folder, err)
	case len(entries) > 0:
		return "", fmt.Errorf("%s exists and is not empty: name another folder", folder)
	}
	return folder, nil
}

// makeProject writes the files of a project and commits them.
func makeProject(console *console, template checkout, project tree, folder string) error {
	if err := project.write(folder, tree{}); err != nil {
		return err
	}
	tidy(console, folder)
	if _, err := git(folder, "init", "--quiet", "--initial-branch", "main"); err != nil {
		return err
	}
	if _, err := git(folder, "add", "--all"); err != nil {
		return err
	}
	identity := identityFor(folder)
	subject := "Start from " + templateName + " at " + template.commit[:12]
	if _, err := git(folder, append(identity, "commit", "--quiet", "--no-verify", "--message", subject)...); err != nil {
		return err
	}
	_, err := git(folder, "branch", templateBranch)
	return err
}

func quoted(path string) string {
	if strings.ContainsAny(path, " '\"$\\&;()") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
