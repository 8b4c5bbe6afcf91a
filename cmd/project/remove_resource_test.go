package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestRemoveUndoesAdd(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	before := snapshot(t, folder)
	succeed(t, folder, "add", "note", "title:string:1..80", "tweet:ref", "--dry-run")
	if after := snapshot(t, folder); !maps.Equal(before, after) {
		t.Error("a dry run has changed files")
	}
	succeed(t, folder, "add", "note", "title:string:1..80", "tweet:ref")
	if status, output := project(t, folder, "add", "label", "title:string"); status != 1 || !strings.Contains(output, "uncommitted changes") {
		t.Errorf("exit status %d: %s", status, output)
	}
	run(t, folder, "git", "add", "note")
	succeed(t, folder, "remove", "note")
	if after := snapshot(t, folder); !maps.Equal(before, after) {
		t.Error("what was not committed has left something over")
	}
	succeed(t, folder, "add", "note", "title:string:1..80", "tweet:ref")
	commit(t, folder, "Add notes")
	if status, output := project(t, folder, "remove", "tweet"); status != 1 || !strings.Contains(output, "these need it: note") {
		t.Errorf("exit status %d: %s", status, output)
	}
	if output := succeed(t, folder, "remove", "note"); strings.Contains(output, "still mentions") {
		t.Errorf("remove prints %s", output)
	}
	if changed := run(t, folder, "git", "diff", "--stat", "HEAD~1"); changed != "" || exists(folder, "note") {
		t.Errorf("add and remove have left something over: %s", changed)
	}
}

func TestRemoveKeepsWhatWasEditedByHandUntilItIsForced(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t))
	refused := func(says string) {
		t.Helper()
		before := snapshot(t, folder)
		if status, output := project(t, folder, "remove", "note"); status != 1 || !strings.Contains(output, says) {
			t.Errorf("exit status %d: %s, want %q", status, output, says)
		}
		if after := snapshot(t, folder); !maps.Equal(before, after) {
			t.Error("a refused removal has changed files")
		}
	}
	succeed(t, folder, "add", "note", "title:string:1..80")
	write(t, folder, map[string]string{"compose.yaml": "mine\n"})
	refused("uncommitted changes")
	run(t, folder, "git", "restore", "compose.yaml")
	replace(t, folder, "note/store.go", "package note\n", "package note\n\nconst mine = true\n")
	refused("--force removes them, too:\nnote/store.go\n")
	commit(t, folder, "My notes")
	refused("--force removes them, too:\nnote/store.go\n")
	succeed(t, folder, "remove", "note", "--force")
	if exists(folder, "note") {
		t.Error("note is still there")
	}
}

func TestFilesThatAddAndAddFieldWriteAreNotEditedByHand(t *testing.T) {
	t.Parallel()
	project := added(t, added(t, thisProject(t), goldenCommand(t, "shelf")), goldenCommand(t, "book"))
	grown, _ := withFields(t, project, "book", "color:string:1..20?", "isbn:string:10..13:unique?")
	for _, files := range []tree{project, grown} {
		if edited := files.edited("book"); edited != nil {
			t.Errorf("edited by hand: %v", edited)
		}
		for _, p := range []string{"book/api.go", "book/mine.go", "book/migrations/sqlite/20300101000000_index.sql"} {
			mine := maps.Clone(files)
			mine[p] = file{content: mine[p].content + "\n"}
			if edited := mine.edited("book"); !slices.Equal(edited, []string{p}) && p != "book/mine.go" || len(edited) != 1 {
				t.Errorf("%s was edited by hand, and these are found: %v", p, edited)
			}
		}
	}
	delete(project, "book/store.go")
	if edited := project.edited("book"); len(edited) != 1 || !strings.HasPrefix(edited[0], "book/: ") {
		t.Errorf("a resource whose fields are not known: %v", edited)
	}
}

func TestTablesAreDroppedWhenAskedThoseThatReferToOthersFirst(t *testing.T) {
	t.Parallel()
	before := added(t, added(t, thisProject(t), addTweet), addCommand{Name: "note", Fields: []string{"title:string"}})
	before = added(t, before, addCommand{Name: "label", Fields: []string{"title:string", "note:ref"}})
	for _, engine := range []string{"postgres", "sqlite"} { // added lets them have the same time
		create := "label/migrations/" + engine + "/20270131093000_create_label.sql"
		before[strings.Replace(create, "093000", "093001", 1)] = before[create]
		delete(before, create)
	}
	gone := map[string]bool{"note": true, "label": true}
	after, err := before.without(gone)
	if err != nil {
		t.Fatal(err)
	}
	if err := after.dropTables(before, gone); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range after.paths() {
		if strings.Contains(p, "_drop_") {
			names = append(names, p)
		}
	}
	want := []string{
		"tweet/migrations/postgres/20270131093002_drop_label.sql", "tweet/migrations/postgres/20270131093003_drop_note.sql",
		"tweet/migrations/sqlite/20270131093002_drop_label.sql", "tweet/migrations/sqlite/20270131093003_drop_note.sql",
	}
	if !slices.Equal(names, want) || !strings.Contains(after[want[0]].content, "\ndrop table if exists label;\n") {
		t.Errorf("the migrations are %v, want %v: %s", names, want, after[want[0]].content)
	}
	if err := (tree{}).dropTables(before, gone); err == nil {
		t.Error("the tables are dropped by no resource")
	}
}
