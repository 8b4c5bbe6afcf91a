package main

import (
	"maps"
	"strings"
	"testing"
	"time"
)

// withDiaries is a project with a resource whose rows have owners, and one whose rows do not.
func withDiaries(t *testing.T) tree {
	t.Helper()
	return added(t, added(t, thisProject(t), addTweet), goldenCommand(t, "diary"))
}

func TestOwnersAreFoundInTheCodeThatAddWrites(t *testing.T) {
	t.Parallel()
	project := added(t, withDiaries(t), addCommand{Name: "note", Fields: []string{"title:string"}})
	for name, want := range map[string]bool{"diary": true, "note": false, "tweet": false} {
		c, err := project.recovered(name)
		if err != nil || c.Owned != want || len(project.edited(name)) > 0 && name != "tweet" {
			t.Errorf("%s: %+v, %v, edited: %v", name, c, err, project.edited(name))
		}
	}
}

func TestFieldsAddedLaterToRowsWithOwnersAreLikeThoseOfTheBeginning(t *testing.T) {
	t.Parallel()
	before := withDiaries(t)
	fields := []string{"serial:string:4..20:unique?", "tweet:ref?", "mood:enum:good,bad=good"}
	after, remaining := withFields(t, before, "diary", fields...)
	want := goldenCommand(t, "diary")
	want.Fields = append(want.Fields, fields...)
	for p, f := range added(t, added(t, thisProject(t), addTweet), want) {
		if strings.HasPrefix(p, "diary/") && strings.HasSuffix(p, ".go") && after[p] != f {
			t.Errorf("%s differs:\n%s", p, after[p].content)
		}
	}
	for p, index := range map[string]string{
		"postgres/20270228100001_index_serial.sql": "create unique index concurrently diary_serial_key on diary (owner, serial);",
		"sqlite/20270228100001_index_serial.sql":   "create unique index diary_serial_key on diary (owner, serial);",
		"sqlite/20270228100003_index_tweet.sql":    "create index diary_tweet on diary (tweet);", // a tweet belongs to nobody
	} {
		if text := after["diary/migrations/"+p].content; !strings.Contains(text, index) {
			t.Errorf("%s is\n%s", p, text)
		}
	}
	if len(remaining) > 0 {
		t.Errorf("these remain: %v", remaining)
	}
}

func TestWhatRowsWithOwnersCannotHaveIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	project := withDiaries(t)
	for want, c := range map[string]addCommand{
		"the field owner is there twice":              {Name: "note", Owned: true, Fields: []string{"title:string", "owner:email"}},
		"add this resource with --owned, too":         {Name: "note", Fields: []string{"title:string", "diary:ref"}},
		"--filter owner: the list has the rows of":    {Name: "note", Owned: true, Fields: []string{"title:string"}, Filter: []string{"owner"}},
		"--sort owner: the list has the rows of":      {Name: "note", Owned: true, Fields: []string{"title:string"}, Sort: []string{"owner"}},
		"owner_test.go uses it for something else":    {Name: "owner", Owned: true, Fields: []string{"title:string"}},
		`the plural "owner" cannot be used`:           {Name: "note", Owned: true, Plural: "owner", Fields: []string{"title:string"}},
		"a resource needs a text that clients must":   {Name: "note", Owned: true, Fields: []string{"done:bool"}},
		`there is no resource "missing" in cmd/app/m`: {Name: "note", Owned: true, Fields: []string{"title:string", "missing:ref"}},
	} {
		r, err := newResource(project, c, time.Now())
		if err == nil {
			_, err = r.addedTo(project)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	before := maps.Clone(project)
	notes := added(t, project, addCommand{Name: "note", Owned: true, Fields: []string{"title:string"}})
	for name, want := range map[string]string{"note": "foreign key of two columns (owner and diary)", "tweet": "with --owned, too"} {
		_, _, err := addFieldCommand{Name: name, Fields: []string{"diary:ref?"}}.addedTo(notes, time.Now())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", name, err, want)
		}
	}
	if !maps.Equal(before, project) {
		t.Error("a refusal has changed the project")
	}
}

func TestNewProjectCanBeginWithRowsThatHaveOwners(t *testing.T) {
	t.Parallel()
	after, err := thisProject(t).withResources([]string{"diary title:string:1..80 --owned --plural diaries", `entry diary:ref:cascade text:string --owned --plural entries --sort text`}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := after["entry/migrations/sqlite/"+lastOf(after, "entry/migrations/sqlite/")].content; !strings.Contains(text, "foreign key (owner, diary) references diary (owner, id) on delete cascade") {
		t.Errorf("the migration is\n%s", text)
	}
}

// lastOf returns the name of the last file in a folder.
func lastOf(t tree, folder string) (name string) {
	for _, p := range t.paths() {
		if after, ok := strings.CutPrefix(p, folder); ok {
			name = after
		}
	}
	return name
}
