package main

import (
	"fmt"
	"go/format"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The names that the template bears.
const (
	templateModule   = "example.com/templatesite"
	templateName     = "templatesite"
	templatePassword = "development-only-password"
)

// names are what a project is called in different places.
type names struct {
	// module is the path of the Go module.
	module string
	// name is that of the service: in images, Compose, logs and traces.
	name string
	// title is for people: that of the API, its pages and documents.
	title string
}

// database is the name of the database and its role. SQL would need quotes for a hyphen.
func (n names) database() string { return strings.ReplaceAll(n.name, "-", "_") }

var (
	moduleElement = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$`)
	majorVersion  = regexp.MustCompile(`/v[0-9]+$`)
	validName     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// maxName leaves room for suffixes in the 63 bytes of a name in PostgreSQL and in DNS.
const maxName = 30

// newNames checks the names. Without a name it is made of the last element of the module's
// path, without a title that is the name.
func newNames(module, name, title string) (names, error) {
	if err := checkModule(module); err != nil {
		return names{}, err
	}
	if name == "" {
		name = nameOf(module)
	}
	if err := checkName(name); err != nil {
		return names{}, err
	}
	if title == "" {
		title = name
	}
	if strings.ContainsFunc(title, func(c rune) bool { return c < ' ' || strings.ContainsRune("\"\\`<>&{}$", c) }) {
		return names{}, fmt.Errorf("the title %q has a character that some file would need in another form: use letters, digits, spaces and simple punctuation", title)
	}
	return names{module, name, title}, nil
}

func checkModule(module string) error {
	elements := strings.Split(module, "/")
	switch {
	case slices.ContainsFunc(elements, func(e string) bool { return !moduleElement.MatchString(e) || strings.HasSuffix(e, ".") }):
		return fmt.Errorf("%q is no path of a Go module: use letters, digits and -._~ between slashes, as in github.com/acme/notes", module)
	case !strings.Contains(elements[0], ".") || elements[0] != strings.ToLower(elements[0]):
		return fmt.Errorf("the module path %q must begin with a domain in lower case, as in github.com/acme/notes: Go keeps paths without a dot for its own packages", module)
	case module == templateModule:
		return fmt.Errorf("%s is the template's own module path: choose another", module)
	}
	return nil
}

// nameOf makes a name from the last element of a module's path.
func nameOf(module string) string {
	base := strings.ToLower(path.Base(majorVersion.ReplaceAllString(module, "")))
	parts := strings.FieldsFunc(base, func(c rune) bool { return c == '.' || c == '_' || c == '~' || c == '-' })
	return strings.Join(parts, "-")
}

func checkName(name string) error {
	reason := ""
	switch {
	case !validName.MatchString(name):
		reason = "it needs to begin with a letter, and to consist of lower-case letters, digits and single hyphens, because images, containers and host names are called by it"
	case len(name) > maxName:
		reason = fmt.Sprintf("it is longer than %d characters", maxName)
	case token.IsKeyword(name):
		reason = "it is a keyword of Go"
	case slices.Contains([]string{"internal", "test", "vendor", "main"}, name):
		reason = "it means something else to Go"
	case slices.Contains([]string{"postgres", "template0", "template1"}, name) || strings.HasPrefix(name, "pg-"):
		reason = "PostgreSQL keeps it for itself, and the database is called by it"
	case slices.Contains([]string{"template", templateName}, name):
		reason = "it is the template's"
	}
	if reason == "" {
		return nil
	}
	return fmt.Errorf("the name %q cannot be used: %s. Choose another with --name", name, reason)
}

var (
	// Where the name is that of a database or role.
	databasePlace = regexp.MustCompile(`postgres://[^\s'"]*|PGDATABASE=\S+`)
	databaseFiles = regexp.MustCompile(`^(docker/db/|internal/databasetest/|lab/observe/)`)
	// Where the name is the title.
	titlePlace = regexp.MustCompile(`(?m)^# templatesite$|\bTitle: +"templatesite"|<title>.*templatesite.*</title>|\bfolder: templatesite|>templatesite<`)
)

// renamed returns the files of the template with the names of a project. It does not change t.
func (t tree) renamed(n names) (tree, error) {
	after := tree{}
	for p, f := range t {
		if f.isText() {
			f.content = n.rename(p, f.content)
		}
		if path.Ext(p) == ".go" {
			formatted, err := format.Source([]byte(f.content)) // imports are sorted by their paths
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			f.content = string(formatted)
		}
		after[p] = f
	}
	return after, nil
}

func (n names) rename(file, text string) string {
	const module = "\x00" // must not be taken for the name
	to := func(name string) func(string) string {
		return func(place string) string { return strings.ReplaceAll(place, templateName, name) }
	}
	text = strings.ReplaceAll(text, templateModule, module)
	text = titlePlace.ReplaceAllStringFunc(text, to(n.title))
	text = databasePlace.ReplaceAllStringFunc(text, to(n.database()))
	if databaseFiles.MatchString(file) {
		text = to(n.database())(text)
	}
	return strings.ReplaceAll(to(n.name)(text), module, n.module)
}
