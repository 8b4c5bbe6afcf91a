package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// renderCommand is the contract between the states of the template: the command update
// of a project runs the one of the template's old state and of its new one.
type renderCommand struct {
	Record    string `arg:"" help:"The record of the project."`
	Directory string `arg:"" help:"An empty folder for its files."`
}

// Run writes the files of a project as this state of the template makes it.
func (c renderCommand) Run(console *console) error {
	checkout, err := openCheckout()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Record)
	if err != nil {
		return err
	}
	r, err := parseRecord(string(text))
	if err != nil {
		return err
	}
	t, err := checkout.files()
	if err != nil {
		return err
	}
	if t, _, err = projectOf(checkout, t, r); err != nil {
		return err
	}
	if err := t.write(c.Directory, tree{}); err != nil {
		return err
	}
	tidy(console, c.Directory)
	return nil
}

// templateOnly is the name of what concerns the template alone. No project has it.
const templateOnly = "template" // feature: template

// projectOf returns the files that a project has of a state of the template, and its record with
// that state.
func projectOf(template checkout, t tree, r record) (tree, record, error) {
	r.Commit, r.Version = template.commit, versionIn(t[changelogFile].content)
	r = r.known(featuresOf(t))
	gone := map[string]bool{templateOnly: true}
	for _, name := range r.Without {
		gone[name] = true
	}
	t, err := t.without(gone)
	if err != nil {
		return nil, r, err
	}
	if t, err = t.renamed(names{r.Module, r.Name, r.Title}); err != nil {
		return nil, r, err
	}
	t.setPasswords(r.Seed)
	t[recordFile] = file{content: r.String()}
	return t, r, nil
}

// known returns the record with the features that it did not know: they are switched on or
// off as NewFeatures says, and off if they need what is off.
func (r record) known(all []feature) record {
	for _, f := range all {
		if f.hidden || slices.Contains(r.With, f.name) || slices.Contains(r.Without, f.name) {
			continue
		}
		lacks := slices.ContainsFunc(f.needs, func(need string) bool { return slices.Contains(r.Without, need) })
		if r.NewFeatures == "without" || lacks || f.optional {
			r.Without = append(r.Without, f.name)
		} else {
			r.With = append(r.With, f.name)
		}
	}
	slices.Sort(r.With)
	slices.Sort(r.Without)
	return r
}

// setPasswords replaces the published passwords of development. The same seed gives the same ones.
func (t tree) setPasswords(seed string) {
	for p, f := range t {
		if strings.Contains(f.content, templatePassword) {
			f.content = strings.ReplaceAll(f.content, templatePassword, password(seed, kindOf(p)))
			t[p] = f
		}
	}
}

// kindOf returns what the password in a file is for: that of Grafana is another one.
func kindOf(name string) string {
	if folder := filepath.ToSlash(filepath.Dir(name)); folder == "docker/metrics-graph" {
		return folder
	}
	return "database"
}

func password(seed, kind string) string {
	sum := sha256.Sum256([]byte(seed + " " + kind))
	return hex.EncodeToString(sum[:12])
}

const changelogFile = "docs/CHANGELOG.md"

var versionHeading = regexp.MustCompile(`(?m)^## (v[0-9]\S*)`)

// versionIn returns the newest version in a changelog.
func versionIn(changelog string) string {
	if m := versionHeading.FindStringSubmatch(changelog); m != nil {
		return m[1]
	}
	return "unknown"
}
