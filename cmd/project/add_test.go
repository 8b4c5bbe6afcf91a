package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// thisProject is the part of this repository that add reads, without the resource tweet.
func thisProject(t *testing.T) tree {
	t.Helper()
	all := tree{}
	for _, name := range []string{"go.mod", mainFile} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = file{content: string(text)}
	}
	without, err := all.without(map[string]bool{"tweet": true})
	if err != nil {
		t.Fatal(err)
	}
	return without
}

// added returns the files of a project after a resource was added.
func added(t *testing.T, before tree, c addCommand) tree {
	t.Helper()
	r, err := newResource(before, c, before.nextMigration(time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)))
	if err != nil {
		t.Fatal(err)
	}
	after, err := r.addedTo(before)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

var addTweet = addCommand{Name: "tweet", Fields: []string{"text:string:1..140", "timestamp:time:auto"}, About: "short texts that people post"}

func TestTheExampleIsWhatAddWrites(t *testing.T) {
	t.Parallel()
	after := added(t, thisProject(t), addTweet)
	for _, name := range []string{"tweet/tweet.go", "tweet/api.go", "tweet/store.go", "tweet/fixture.go", "tweet/tweet_test.go", mainFile} {
		want, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if after[name].content != string(want) {
			t.Errorf("add writes another %s:\n%s", name, after[name].content)
		}
	}
}

// Its released migrations make the same table: see tweet/schema_test.go.
func TestTheMigrationOfTheExampleIsTheOneThatItsSchemaIsComparedWith(t *testing.T) {
	t.Parallel()
	files := 0
	for name, f := range added(t, thisProject(t), addTweet) {
		if !strings.HasPrefix(name, "tweet/migrations/") {
			continue
		}
		files++
		released := strings.Replace(name, "20261128093000", "20261127101500", 1)
		want, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(released)))
		if err != nil || f.content != string(want) {
			t.Errorf("add writes another %s, %v:\n%s", name, err, f.content)
		}
	}
	if files != 2 {
		t.Errorf("%d migrations", files)
	}
}

func TestTheFixturesOfTheExampleAreWhatAddWritesButForTheirValues(t *testing.T) {
	t.Parallel()
	released, err := os.ReadFile(filepath.Join("..", "..", "tweet", "fixtures", "tweet.json"))
	if err != nil {
		t.Fatal(err)
	}
	value := regexp.MustCompile(`("text"|"timestamp"): "[^"]*"`)
	want := value.ReplaceAllString(string(released), "$1")
	got := value.ReplaceAllString(added(t, thisProject(t), addTweet)["tweet/fixtures/tweet.json"].content, "$1")
	if diff := cmp.Diff(want, got); diff != "" || strings.Count(got, `"text"`) != 2 {
		t.Errorf("add writes other fixtures (-released +written):\n%s", diff)
	}
}

// named matches the errors of the compiler about names that are used twice.
var named = regexp.MustCompile("redeclared|no new variables|cannot use .* as .* value in assignment")

func TestEveryFirstLetterMakesCodeThatCompiles(t *testing.T) {
	t.Parallel()
	for letter := 'a'; letter <= 'z'; letter++ {
		name := string(letter) + "zzz"
		files := added(t, thisProject(t), addCommand{Name: name, Fields: []string{"title:string", "due:time?", "written:time:auto"}})
		maps.Copy(files, added(t, thisProject(t), addCommand{Name: name + "z", Fields: []string{"title:string"}}))
		for path, f := range files {
			if !strings.HasPrefix(path, name) || !strings.HasSuffix(path, ".go") {
				continue
			}
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, path, f.content, 0)
			if err != nil {
				t.Fatal(err)
			}
			var refused error
			checker := types.Config{Error: func(err error) {
				if named.MatchString(err.Error()) {
					refused = err
				}
			}}
			checker.Check(name, set, []*ast.File{parsed}, nil) //nolint:errcheck // without its imports it has other errors
			if refused != nil {
				t.Errorf("%s: %v", path, refused)
			}
		}
	}
}

func TestMigrationIsLaterThanAllOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 31, 9, 30, 0, 5, time.UTC)
	before := tree{"shelf/migrations/sqlite/20270131093005_create_shelf.sql": {}, "book/migrations/sqlite/20270131093005_create_book.sql": {}}
	if got := before.nextMigration(now).Format(migrationLayout); got != "20270131093006" {
		t.Errorf("the time is %s", got)
	}
	if got := (tree{}).nextMigration(now); !got.Equal(now) {
		t.Errorf("the time is %v", got)
	}
}

func TestImpossibleResourcesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name   string
		fields []string
		want   string
	}{
		"a keyword of Go":            {"func", nil, "means something else in Go"},
		"a word of SQL":              {"order", nil, "reserved word of SQL"},
		"a folder":                   {"cmd", nil, "a folder with this name"},
		"a name of the code":         {"web", []string{"title:string"}, "uses it for something else"},
		"a name of the tests":        {"answer", []string{"title:string"}, "uses it for something else"},
		"a package of the tests":     {"slices", []string{"title:string"}, "uses it for something else"},
		"a file of every resource":   {"api", []string{"title:string"}, "every resource has a file"},
		"a feature":                  {"pipeline", nil, "a feature is called so"},
		"a folder of Go":             {"vendor", nil, "special to Go"},
		"a built-in of Go":           {"append", nil, "means something else in Go"},
		"a column of the engine":     {"note", []string{"xmin:int"}, "reserved word of SQL"},
		"a method of every row":      {"note", []string{"e_tag:string"}, "its own e_tag"},
		"itself":                     {"note", []string{"title:string", "parent:ref:note"}, "yours to write"},
		"upper case":                 {"Note", nil, "lower-case"},
		"other letters":              {"añada", nil, "lower-case"},
		"no name":                    {"", nil, "begin with a letter"},
		"a long name":                {strings.Repeat("a", 200), nil, "2 to 24"},
		"a name of tests":            {"contest", nil, "only for tests"},
		"its plural is its name":     {"note", []string{"PLURAL note"}, "differ from the name"},
		"no kind":                    {"note", []string{"title"}, "NAME:KIND"},
		"another kind":               {"note", []string{"title:float"}, `no kind "float"`},
		"a column of SQL":            {"note", []string{"order:int"}, "reserved word of SQL"},
		"a column of every row":      {"note", []string{"version:int"}, "its own version"},
		"a field with upper case":    {"note", []string{"dueDate:time"}, "lower-case"},
		"a long field":               {"note", []string{strings.Repeat("a", 200) + ":int"}, "longer than 30"},
		"a range backwards":          {"note", []string{"title:string:80..1"}, "backwards"},
		"a range of words":           {"note", []string{"title:string:one..two"}, "no range"},
		"an integer beyond JSON":     {"note", []string{"pages:int:0..9223372036854775807"}, "not every client"},
		"an empty optional text":     {"note", []string{"title:string:0..80?"}, "told from none"},
		"a default that is refused":  {"note", []string{"pages:int:1..9=0"}, "refuse the default"},
		"a default and null":         {"note", []string{"done:bool?=true"}, "exclude each other"},
		"an enum with one value":     {"note", []string{"state:enum:open"}, "two values"},
		"an enum with quotes":        {"note", []string{"state:enum:it's,x"}, "letters, digits and _.-"},
		"what the kind cannot be":    {"note", []string{"done:bool:1..2"}, "means nothing"},
		"a decimal without digits":   {"note", []string{"price:decimal"}, "needs its digits"},
		"a decimal that is too long": {"note", []string{"price:decimal:19,2"}, "at most 18"},
		"a decimal of words":         {"note", []string{"price:decimal:10"}, "as in 10,2"},
		"a field twice":              {"note", []string{"title:string", "title:text"}, "twice"},
		"a reference to nothing":     {"note", []string{"title:string", "shelf:ref"}, `no resource "shelf"`},
		"no text":                    {"note", []string{"done:bool"}, "needs a text"},
		"a text that is unique":      {"note", []string{"title:string:unique"}, "need not be unique"},
		"a unique boolean":           {"note", []string{"title:string", "done:bool:unique"}, "yours to write"},
		"a unique default":           {"note", []string{"title:string", "code:string:unique=first"}, "only one row"},
		"few unique values":          {"note", []string{"title:string", "code:int:1..9:unique"}, "thousands of values"},
		"a default for ever":         {"note", []string{"title:string", "code:string:once=first"}, "for ever"},
		"a filter of nothing":        {"note", []string{"title:string", "FILTER due"}, "no such field"},
		"a filter twice":             {"note", []string{"title:string", "FILTER title", "FILTER title"}, "twice"},
		"a filter by a long text":    {"note", []string{"title:string", "body:text", "FILTER body"}, "a whole text"},
		"a filter of the page":       {"note", []string{"title:string", "limit_value:int", "after:date", "FILTER after"}, "a parameter after already"},
		"a filter with two meanings": {"note", []string{"title:string", "due:time", "due_min:int", "FILTER due", "FILTER due_min"}, "a parameter due_min already"},
		"an order of nothing":        {"note", []string{"title:string", "SORT due"}, "no such field"},
		"an order by true or null":   {"note", []string{"title:string", "done:bool?", "SORT done"}, "no place before true and false"},
		"an order by a long text":    {"note", []string{"title:string:1..255", "SORT title"}, "at most 254"},
	}
	for name, tt := range tests {
		c := addCommand{Name: tt.name}
		for _, text := range tt.fields {
			option, value, _ := strings.Cut(text, " ")
			switch option {
			case "PLURAL":
				c.Plural = value
			case "FILTER":
				c.Filter = append(c.Filter, value)
			case "SORT":
				c.Sort = append(c.Sort, value)
			default:
				c.Fields = append(c.Fields, text)
			}
		}
		before := thisProject(t)
		r, err := newResource(before, c, time.Now())
		if err == nil {
			_, err = r.addedTo(before)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.want)
		}
	}
}

func TestFieldCannotHaveTheNameOfTheAddressOfAReference(t *testing.T) {
	t.Parallel()
	before := added(t, thisProject(t), addTweet)
	c := addCommand{Name: "note", Fields: []string{"title:string", "answers_href:url", "answers:ref:tweet"}}
	if _, err := newResource(before, c, time.Now()); err == nil || !strings.Contains(err.Error(), "the address of the answers is called so") {
		t.Errorf("%v", err)
	}
}

func TestTestsKnowWhichRowsAreDeletedWithWhatTheyReferTo(t *testing.T) {
	t.Parallel()
	project := added(t, added(t, thisProject(t), addTweet), addCommand{Name: "shelf", Fields: []string{"name:string", "tweet:ref:cascade"}})
	project = added(t, project, addCommand{Name: "book", Fields: []string{"title:string", "shelf:ref:cascade"}})
	const restricts = "func TestRowThatIsReferredToCannotBeDeleted("
	for field, want := range map[string]bool{"home:ref:shelf": true, "tweet:ref": false} { // a tweet takes its shelves along, and these their books
		after := added(t, project, addCommand{Name: "page", Fields: []string{"text:string", "book:ref:cascade", field}})
		after = added(t, after, addCommand{Name: "label", Fields: []string{"text:string", "shelf:ref:cascade", field}})
		if text := after["label/label_test.go"].content; strings.Contains(text, restricts) != want {
			t.Errorf("%s: the tests are\n%s", field, text)
		}
		if text := after["page/page_test.go"].content; strings.Contains(text, restricts) {
			t.Errorf("%s: the tests are\n%s", field, text)
		}
	}
}
