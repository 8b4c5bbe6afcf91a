package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// sqlReserved are the words that an engine does not accept as the name of a table or column without
// quotes, by the lists of keywords in their manuals.
var sqlReserved = strings.Fields(`add all alter always analyse analyze and any array as asc asymmetric authorization
	autoincrement between binary both case cast check cmax cmin collate collation column commit concurrently constraint create
	cross ctid current_catalog current_date current_role current_schema current_time current_timestamp current_user default
	deferrable delete desc distinct do drop else end escape except exists false fetch for foreign freeze from full
	generated glob grant group having if ilike in index indexed initially inner insert intersect into is isnull join
	lateral leading left like limit localtime localtimestamp match natural not notnull nothing null offset on only or
	order outer overlaps placing primary raise references replace returning right row rows select session_user set
	similar some symmetric system_user table tableoid tablesample then to trailing transaction true union unique update user
	using values variadic verbose virtual when where window with without xmax xmin`)

// variables are the names in the code of a resource that its plural, a variable there, would hide.
var variables = strings.Fields(`after before change check columns ctx db dump err fields fixture fixtures found handlers id
	item limit list load migrations owner query read record routes rows scan store tags tx values write yield`)

// checkResource refuses a name that some place could not bear. What the generated code declares
// itself is refused by collisions.
func checkResource(name string, t tree) error {
	reason := ""
	switch {
	case name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || name[0] < 'a':
		reason = "it needs to begin with a letter, and to consist of lower-case letters and digits"
	case len(name) < 2 || len(name) > maxResource:
		reason = fmt.Sprintf("it needs 2 to %d characters", maxResource)
	case token.IsKeyword(name) || types.Universe.Lookup(name) != nil:
		reason = "it means something else in Go"
	case slices.Contains(sqlReserved, name):
		reason = "it is a reserved word of SQL, and the table is called by it"
	case strings.HasSuffix(name, "test"):
		reason = "packages that end in test are only for tests"
	case slices.Contains([]string{"vendor", "testdata", "internal", "bin", "dist"}, name):
		reason = "folders with this name are special to Go or git"
	case slices.Contains([]string{"livez", "healthcheck"}, name):
		reason = "the service has such an address already"
	case slices.ContainsFunc(features, func(f feature) bool { return f.name == name }):
		reason = "a feature is called so (see project list)"
	case t.hasFolder(name):
		reason = "there is a folder with this name already"
	}
	if reason == "" {
		return nil
	}
	return fmt.Errorf("the name %q cannot be used: %s", name, reason)
}

// collision returns an error if a Go file that uses a package declares the package's name itself,
// or imports another package with that name.
func collision(name, file, text string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		return err
	}
	imports, uses, all := 0, 0, 0
	for _, spec := range parsed.Imports {
		if importName(spec) == name {
			imports++
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == name {
				uses++
			}
		case *ast.Ident:
			if n.Name == name {
				all++
			}
		}
		return true
	})
	if imports > 1 || uses != all {
		return fmt.Errorf("the name %q cannot be used: %s uses it for something else", name, file)
	}
	return nil
}

func (t tree) hasFolder(name string) bool {
	return slices.ContainsFunc(t.paths(), func(p string) bool { return p == name || strings.HasPrefix(p, name+"/") })
}

// plural makes notes of note, boxes of box and cities of city.
func plural(word string) string {
	before, isY := strings.CutSuffix(word, "y")
	switch {
	case isY && before != "" && !strings.ContainsAny(before[len(before)-1:], "aeiou"):
		return before + "ies"
	case strings.HasSuffix(word, "s"), strings.HasSuffix(word, "x"), strings.HasSuffix(word, "z"), strings.HasSuffix(word, "ch"), strings.HasSuffix(word, "sh"):
		return word + "es"
	}
	return word + "s"
}

// soundsLikeConsonant matches words such as unit and europe.
var soundsLikeConsonant = regexp.MustCompile(`^(uni|use|eu|one)`)

// article makes "a note" of note and "an order" of order.
func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") && !soundsLikeConsonant.MatchString(word) {
		return "an " + word
	}
	return "a " + word
}

// variable is the name of a variable for one row: a letter, unless the code uses it otherwise.
func variable(resource string) string {
	letter := resource[:1]
	if slices.Contains([]string{"f", "h", "i", "r", "s"}, letter) {
		return "v"
	}
	return letter
}
