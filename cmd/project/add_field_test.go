package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// everyNewKind are fields of every kind that a table with rows can get.
var everyNewKind = []string{
	"price:decimal:10,2?", "day:date?", "body:text?", "code:string:3..20?", "name:string:1..40=It's free; carpe diem", "pages:int:1..9999?", "score:int:-5..5=1", "rank:int=-7",
	"done:bool=false", "listed:bool=true", "sold:bool?", "state:enum:open,closed=open", "size:enum:s,m,l?", "due:time?", "owner:email?", "site_url:url?", "tag:uuid?",
	"serial:string:4..20:unique?", "key:uuid:unique:once?", "currency:string:3..3:once?", "number:int:1..99999:unique?", "amount:decimal:12,3:unique?", "tweet:ref?", "answers:ref:tweet:once?", "thread:ref:tweet:cascade?",
}

// withFields returns the files of a project after fields were added, and the edits that remain.
func withFields(t *testing.T, before tree, name string, fields ...string) (tree, []string) {
	t.Helper()
	after, remaining, err := addFieldCommand{Name: name, Fields: fields}.addedTo(before, time.Date(2027, 2, 28, 10, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return after, remaining
}

func TestEveryFieldIsFoundInTheCodeThatAddWrites(t *testing.T) {
	t.Parallel()
	before := added(t, added(t, thisProject(t), addTweet), goldenCommand(t, "shelf"))
	want := addCommand{Name: "entry", Plural: "entries", About: "what was written", Filter: []string{"state", "due"}, Sort: []string{"due", "title"}}
	for _, text := range slices.Concat(goldenCommand(t, "book").Fields, everyNewKind) {
		if !slices.ContainsFunc(want.Fields, func(other string) bool { return strings.HasPrefix(other, text[:strings.Index(text, ":")+1]) }) {
			want.Fields = append(want.Fields, text)
		}
	}
	got, err := added(t, before, want).recovered("entry")
	if err != nil {
		t.Fatal(err)
	}
	again := added(t, before, got)
	for p, f := range added(t, before, want) {
		if again[p] != f {
			t.Errorf("what was found writes another %s:\n%s", p, again[p].content)
		}
	}
}

func TestFieldsAddedLaterAreLikeFieldsOfTheBeginning(t *testing.T) {
	t.Parallel()
	project := added(t, thisProject(t), addTweet)
	for _, list := range [][]string{nil, {"title"}} {
		c := addCommand{Name: "note", Fields: []string{"title:string:1..80", "written:time:auto"}, Filter: list, Sort: list}
		want := c
		want.Fields = slices.Concat(c.Fields, everyNewKind)
		together, _ := withFields(t, added(t, project, c), "note", everyNewKind...)
		oneByOne := added(t, project, c)
		for _, text := range everyNewKind {
			oneByOne, _ = withFields(t, oneByOne, "note", text)
		}
		for p, f := range added(t, project, want) {
			if strings.HasSuffix(p, ".go") && (together[p] != f || oneByOne[p] != f) {
				t.Errorf("%s differs:\n%s", p, together[p].content)
			}
		}
	}
}

func TestMigrationOfAFieldLeavesTheRowsAlone(t *testing.T) {
	t.Parallel()
	before := added(t, added(t, thisProject(t), addTweet), addCommand{Name: "note", Fields: []string{"title:string"}})
	after, _ := withFields(t, before, "note", "motto:string:1..40=It's", "serial:int:unique?", "tweet:ref?", "thread:ref:tweet:cascade?")
	for p, want := range map[string]string{
		"postgres/20270228100000_add_motto.sql":    "add column motto text not null default 'It''s';\nalter table note add constraint note_motto_length check (char_length(motto) between 1 and 40) not valid;\n",
		"postgres/20270228100001_add_serial.sql":   "add column serial bigint;\n",
		"postgres/20270228100002_index_serial.sql": "drop index concurrently if exists note_serial_key;\ncreate unique index concurrently note_serial_key on note (serial);\n",
		"postgres/20270228100003_add_tweet.sql":    "add column tweet bigint references tweet (id);\n\n-- +goose Down\nalter table note drop column tweet;\n",
		"postgres/20270228100004_index_tweet.sql":  "create index concurrently note_tweet on note (tweet);\n",
		"postgres/20270228100005_add_thread.sql":   "add column thread bigint references tweet (id) on delete cascade;\n",
		"postgres/20270228100006_index_thread.sql": "create index concurrently note_thread on note (thread);\n",
		"sqlite/20270228100005_add_thread.sql":     "add column thread integer references tweet (id) on delete cascade;\n",
		"sqlite/20270228100000_add_motto.sql":      "-- +goose Up\nalter table note add column motto text not null default 'It''s'\n    constraint note_motto_length check (length(motto) between 1 and 40);\n",
		"sqlite/20270228100002_index_serial.sql":   "create unique index note_serial_key on note (serial);\n",
		"sqlite/20270228100004_index_tweet.sql":    "create index note_tweet on note (tweet);\n\n-- +goose Down\ndrop index note_tweet;\n",
	} {
		if text := after["note/migrations/"+p].content; !strings.Contains(text, want) {
			t.Errorf("%s is\n%s", p, text)
		}
	}
}

func TestFirstRowOfTheFixturesHasTheNewFields(t *testing.T) {
	t.Parallel()
	before := added(t, thisProject(t), addCommand{Name: "note", Fields: []string{"title:string"}})
	for fixture, want := range map[string]string{
		`[{"model": "note", "pk": 7, "fields": {"title": "}{"}}, {"fields": {}}]`:         `[{"model": "note", "pk": 7, "fields": {"title": "}{", "day": "2017-07-30", "done": false}}, {"fields": {}}]`,
		"[{\"fields\":\n\t{\n\t\t\"title\": \"a\"\n\t}, \"model\": \"note\", \"pk\": 7}]": "[{\"fields\":\n\t{\n\t\t\"title\": \"a\", \"day\": \"2017-07-30\", \"done\": false\n\t}, \"model\": \"note\", \"pk\": 7}]",
		`[{"fields": {}}]`: `[{"fields": {"day": "2017-07-30", "done": false}}]`,
		`[]`:               `[]`,
		`[{"fields": 12}]`: `[{"fields": 12}]`,
	} {
		before["note/fixtures/note.json"] = file{content: fixture}
		after, remaining := withFields(t, before, "note", "day:date?", "done:bool=true")
		if got := after["note/fixtures/note.json"].content; got != want || (fixture == want) != (len(remaining) > 0) {
			t.Errorf("%s has become %s, and %v remains", fixture, got, remaining)
		}
	}
}

// edit replaces a text in a file, which must contain it.
func (t tree) edit(test *testing.T, p, before, after string) {
	test.Helper()
	if !strings.Contains(t[p].content, before) {
		test.Fatalf("%s does not contain %q:\n%s", p, before, t[p].content)
	}
	t[p] = file{content: strings.Replace(t[p].content, before, after, 1)}
}

func TestChangesByTheOwnerStay(t *testing.T) {
	t.Parallel()
	before := added(t, thisProject(t), addCommand{Name: "note", Fields: []string{"title:string:1..80", "done:bool=false"}})
	before.edit(t, "note/note.go", `doc:"Whether it is done."`, `doc:"Whether nothing remains."`)
	before.edit(t, "note/note.go", `minLength:"1"`, `minLength:"1" pattern:"^[A-Z]"`)
	before.edit(t, "note/note.go", "\t\"strconv\"\n", "\t\"strconv\"\n\t\"strings\"\n")
	before.edit(t, "note/store.go", "order by id\n", "order by title, id\n")
	before.edit(t, "note/note_test.go", "func TestDumpKeeps", "// My own.\nfunc TestMine(*testing.T) {}\n\nfunc TestDumpKeeps")
	want := maps.Clone(before)
	after, remaining := withFields(t, before, "note", "until_further_notice:date?")
	if len(remaining) > 0 {
		t.Errorf("these remain: %v", remaining)
	}
	for p, line := range map[string]string{
		"note/note.go":      "\tUntilFurtherNotice *string `json:\"until_further_notice,omitempty\" ",
		"note/store.go":     "&n.Done, web.OptionalDate(&n.UntilFurtherNotice), &n.Version",
		"note/note_test.go": `"until_further_notice": {"2017-02-30", `,
	} {
		if !strings.Contains(after[p].content, line) {
			t.Errorf("%s is\n%s", p, after[p].content)
		}
	}
	for p, mine := range map[string]string{"note/note.go": `pattern:"^[A-Z]"`, "note/store.go": "order by title, id", "note/note_test.go": "func TestMine"} {
		if !strings.Contains(after[p].content, mine) {
			t.Errorf("%s is\n%s", p, after[p].content)
		}
	}
	if !strings.Contains(after["note/note.go"].content, "Whether nothing remains.") || !maps.Equal(before, want) {
		t.Error("a change is lost")
	}
}

func TestFileWithAnotherChangeOfTheSameLineIsLeftAlone(t *testing.T) {
	t.Parallel()
	before := added(t, thisProject(t), addCommand{Name: "note", Fields: []string{"title:string:1..80"}})
	before.edit(t, "note/store.go", "values ($1, $2)", "values (lower($1), $2)")
	after, remaining := withFields(t, before, "note", "color:string:1..20?")
	if after["note/store.go"] != before["note/store.go"] {
		t.Errorf("store.go is %s", after["note/store.go"].content)
	}
	if !strings.Contains(after["note/note.go"].content, "Color") || !strings.Contains(after["note/note_test.go"].content, "color") {
		t.Error("the other files have no color")
	}
	above, _, _ := strings.Cut(before["note/store.go"].content, "values (lower")
	line := strings.Count(above, "\n") + 1
	if text := strings.Join(remaining, "\n"); !strings.Contains(text, "note/store.go:"+strconv.Itoa(line)+"\n\t- values ($1, $2)\n\t+ values ($1, $2, $3)") || len(remaining) != 8 {
		t.Errorf("these remain: %s", text)
	}
}

func TestFileThatIsNotThereIsNotWritten(t *testing.T) {
	t.Parallel()
	before := added(t, thisProject(t), addCommand{Name: "note", Fields: []string{"title:string:1..80"}})
	delete(before, "note/note_test.go")
	after, remaining := withFields(t, before, "note", "color:string:1..20?")
	if _, ok := after["note/note_test.go"]; ok || len(remaining) != 1 || !strings.Contains(remaining[0], "note_test.go is not there") {
		t.Errorf("these remain: %v", remaining)
	}
}

func TestResourcesThatReferToAResourceLearnWhatItRefersTo(t *testing.T) {
	t.Parallel()
	project := added(t, added(t, thisProject(t), addTweet), addCommand{Name: "shelf", Fields: []string{"name:string"}})
	project = added(t, project, addCommand{Name: "book", Fields: []string{"title:string", "shelf:ref"}})
	after, remaining := withFields(t, project, "shelf", "tweet:ref?")
	if text := after["book/book_test.go"].content; !strings.Contains(text, "[]web.Resource{tweet.Resource(), shelf.Resource()}") || len(remaining) > 0 {
		t.Errorf("%v remains, and the tests are\n%s", remaining, text)
	}
}

func TestFieldsThatCannotBeAddedAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	project := added(t, added(t, thisProject(t), addTweet), addCommand{Name: "note", Fields: []string{"title:string:1..80", "tweet:ref?"}})
	tests := map[string]struct{ name, field, before, after, want string }{
		"no resource":              {"shelf", "color:string?", "", "", `no resource "shelf"`},
		"required":                 {"note", "color:string", "", "", "Let it be null (?) or give it a default"},
		"required and unique":      {"note", "serial:uuid:unique", "", "", "Let it be null (?)"},
		"a time of creation":       {"note", "added:time:auto", "", "", "add added:time? instead"},
		"a default with a comment": {"note", "motto:string=a -- b", "", "", "begins a comment"},
		"there already":            {"note", "title:text?", "", "", "note has a field title already"},
		"a word of SQL":            {"note", "order:int?", "", "", "reserved word of SQL"},
		"no such kind":             {"note", "color:float?", "", "", `no kind "float"`},
		"a reference to nothing":   {"note", "shelf:ref?", "", "", `no resource "shelf"`},
		"a circle":                 {"tweet", "note:ref?", "", "", "refer to each other"},
		"a field of another type":  {"note", "color:string?", "\tTitle string", "\tTitle Title", "note/note.go:18: add does not write such a field"},
		"another order":            {"note", "color:string?", "`json:\"title\"", "`json:\"name\"", "note/note.go:18: add does not write"},
		"a field more":             {"note", "color:string?", "\tTitle string", "\tRank *int64 `json:\"rank,omitempty\" minimum:\"1\" maximum:\"9\"`\n\tTitle string", "fields that are not in the constant"},
		"what add would not write": {"note", "color:string?", " minLength:\"1\" maxLength:\"80\"", " minLength:\"1\" maxLength:\"80\" unique:\"true\"", "a resource needs a text"},
		"an embedded field":        {"note", "color:string?", "\tTitle string", "\tweb.Item\n\tTitle string", "note/note.go:18: add does not write"},
	}
	for name, tt := range tests {
		before := maps.Clone(project)
		if tt.before != "" {
			before.edit(t, "note/note.go", tt.before, tt.after)
		}
		_, _, err := addFieldCommand{Name: tt.name, Fields: []string{tt.field}}.addedTo(before, time.Now())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.want)
		}
		if tt.before != "" && !strings.Contains(err.Error(), "note/store.go:28: fields  = `title, tweet, version`") {
			t.Errorf("%s: the places are not there: %v", name, err)
		}
	}
}

func TestAddFieldChangesNothingIfAnythingIsWrong(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	succeed(t, folder, "add", "note", "title:string:1..80")
	if status, output := project(t, folder, "add-field", "note", "color:string:1..20?"); status != 1 || !strings.Contains(output, "uncommitted changes") {
		t.Errorf("exit status %d: %s", status, output)
	}
	commit(t, folder, "Add notes")
	before := snapshot(t, folder)
	if output := succeed(t, folder, "add-field", "note", "color:string:1..20?", "--dry-run"); !strings.Contains(output, "change note/store.go (+0 lines)") {
		t.Errorf("add-field prints %s", output)
	}
	if status, _ := project(t, folder, "add-field", "note", "color:string:1..20?", "day:date"); status != 1 {
		t.Errorf("exit status %d", status)
	}
	if !maps.Equal(before, snapshot(t, folder)) {
		t.Error("a dry run or a refusal has changed files")
	}
	succeed(t, folder, "add-field", "note", "color:string:1..20?")
	if text := read(t, folder, "note/fixtures/note.json"); !strings.Contains(text, `"color": "Hello, world"`) {
		t.Errorf("the fixture is %s", text)
	}
	commit(t, folder, "Add a color")
	succeed(t, folder, "remove", "note")
	if changed := run(t, folder, "git", "diff", "--stat", "HEAD~2"); changed != "" {
		t.Errorf("the removal leaves something over: %s", changed)
	}
}
