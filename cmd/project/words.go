package main

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
)

// sqlReserved are the words that an engine does not accept as the name of a table or column without
// quotes, by the lists of keywords in their manuals.
var sqlReserved = strings.Fields(`add all alter always analyse analyze and any array as asc asymmetric authorization
	autoincrement between binary both case cast check collate collation column commit concurrently constraint create
	cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default
	deferrable delete desc distinct do drop else end escape except exists false fetch for foreign freeze from full
	generated glob grant group having if ilike in index indexed initially inner insert intersect into is isnull join
	lateral leading left like limit localtime localtimestamp match natural not notnull nothing null offset on only or
	order outer overlaps placing primary raise references replace returning right row rows select session_user set
	similar some symmetric system_user table tablesample then to trailing transaction true union unique update user
	using values variadic verbose virtual when where window with without`)

// generatedNames are names that the files of a resource, or the list of resources, use themselves.
var generatedNames = strings.Fields(`after app before body bool byte change changed check client cmp columns context create
	created database databasetest delete docs dump each embed error errors fields first fixture fixtures fixturetest
	fmt get handlers healthcheck http huma int item json jsontext len list livez load main make map max migrations min
	net new next openapi os page problem range read record replace resource resources routes scan second service signal
	sql static status store string strings strconv syscall testing time update values version want web webtest write`)

// checkResource refuses a name that some place could not bear.
func checkResource(name string, t tree) error {
	reason := ""
	switch {
	case name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || name[0] < 'a':
		reason = "it needs to begin with a letter, and to consist of lower-case letters and digits"
	case len(name) < 2 || len(name) > maxResource:
		reason = fmt.Sprintf("it needs 2 to %d characters", maxResource)
	case token.IsKeyword(name):
		reason = "it is a keyword of Go"
	case slices.Contains(sqlReserved, name):
		reason = "it is a reserved word of SQL, and the table is called by it"
	case slices.Contains(generatedNames, name):
		reason = "the code uses this name for something else"
	case strings.HasSuffix(name, "test"):
		reason = "packages that end in test are only for tests"
	case t.hasFolder(name):
		reason = "there is a folder with this name already"
	}
	if reason == "" {
		return nil
	}
	return fmt.Errorf("the name %q cannot be used: %s", name, reason)
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

// article makes "a note" of note and "an order" of order.
func article(word string) string {
	if strings.ContainsAny(word[:1], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

// variable is the name of a variable for one row: a letter, unless the code uses it otherwise.
func variable(resource string) string {
	letter := resource[:1]
	if slices.Contains([]string{"a", "c", "f", "h", "i", "r", "s"}, letter) {
		return "v"
	}
	return letter
}
