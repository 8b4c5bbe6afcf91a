package main

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

// newProject makes a project from the small template.
func newProject(t *testing.T, template string, args ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "notes")
	succeed(t, template, append([]string{"new", "github.com/Acme/Field_Notes", folder}, args...)...)
	return folder
}

func TestNewProjectBearsItsOwnNamesEverywhere(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t), "--title", "Field Notes")
	for name, text := range snapshot(t, folder) {
		if strings.Contains(text, templateName) && filepath.Base(name) != recordFile && filepath.Base(name) != ".git" {
			t.Errorf("%s bears the name of the template: %s", name, text)
		}
	}
	for name, want := range map[string]string{
		"README.md":       "# Field Notes\n\nA service",
		"cmd/app/main.go": "\"github.com/Acme/Field_Notes/tweet\"",
		"compose.yaml":    "name: field-notes\nurl: postgres://field_notes@db/field_notes\n",
		"templates":       "field-notes\n",
		"go.mod":          "module github.com/Acme/Field_Notes\n",
		recordFile:        `"version": "v0.1.0"`,
	} {
		if !strings.Contains(read(t, folder, name), want) {
			t.Errorf("%s does not contain %q:\n%s", name, want, read(t, folder, name))
		}
	}
	if title := `Title: "Field Notes"`; !strings.Contains(read(t, folder, "cmd/app/main.go"), title) {
		t.Errorf("main.go does not contain %s", title)
	}
	for _, name := range []string{"LICENSE", "docs", "cmd/project/new.go", "cmd/project/new_test.go"} {
		if exists(folder, name) {
			t.Errorf("%s is there, which concerns the template alone", name)
		}
	}
	if log := run(t, folder, "git", "log", "--oneline", "--all"); strings.Count(log, "\n") != 0 {
		t.Errorf("not one commit: %s", log)
	}
	run(t, folder, "go", "vet", "./...")
}

func TestPasswordsDifferFromProjectToProject(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	passwords := map[string]bool{templatePassword + "\n": true}
	for range 2 {
		passwords[read(t, newProject(t, template), "docker/db/password.development")] = true
	}
	if len(passwords) != 3 {
		t.Errorf("the passwords are %v", passwords)
	}
}

func TestNewProjectLacksWhatItDoesNotWant(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t), "--without", "traces,tweet")
	for name, text := range snapshot(t, folder) {
		if strings.Contains(text, "tracing") || strings.Contains(text, "tweet") {
			if filepath.Base(name) != recordFile {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
	if got := read(t, folder, "compose.yaml"); strings.Contains(got, "otlp") || strings.Contains(got, "Where") || !strings.Contains(got, "last: 1") {
		t.Errorf("compose.yaml is %s", got)
	}
	if got := read(t, folder, "README.md"); strings.Contains(got, "Traces") || !strings.Contains(got, "## The end") {
		t.Errorf("README.md is %s", got)
	}
	run(t, folder, "go", "vet", "./...")
}

func TestNewProjectHasResourcesInThePlaceOfTheExample(t *testing.T) {
	t.Parallel()
	folder := newProject(t, newTemplate(t), "--without", "postgres", "--with-dependents",
		"--resource", `plan title:string:1..80 "motto:string:1..40=Carpe diem"`,
		"--resource", "task plan:ref title:string:1..80 state:enum:open,closed=open due:time? --filter due,state --sort due,title")
	if got := read(t, folder, mainFile); !strings.Contains(got, "\t\tplan.Resource(),\n\t\ttask.Resource(),\n\t}\n") || strings.Contains(got, "tweet") || exists(folder, "tweet") {
		t.Errorf("main.go is %s", got)
	}
	for name, want := range map[string]string{
		"plan/plan.go": `default:"Carpe diem"`, "task/list.go": `query:"due_max"`, "task/store.go": "\"github.com/Acme/Field_Notes/internal/web\"", "task/task.go": `enum:"open,closed"`,
	} {
		if got := read(t, folder, name); !strings.Contains(got, want) {
			t.Errorf("%s does not contain %q:\n%s", name, want, got)
		}
	}
	if !exists(folder, "task/migrations/sqlite") || exists(folder, "task/migrations/postgres") {
		t.Error("the migrations are not those of the engines that the project has")
	}
	if log := run(t, folder, "git", "log", "--oneline", "--all"); strings.Contains(log, "\n") {
		t.Errorf("not one commit: %s", log)
	}
	if status := run(t, folder, "git", "status", "--porcelain"); status != "" {
		t.Errorf("something is not committed: %s", status)
	}
	if output := succeed(t, folder, "list"); !strings.Contains(output, "a resource: plans") || !strings.Contains(strings.Join(strings.Fields(output), " "), " tweet no ") {
		t.Errorf("list prints %s", output)
	}
}

func TestNameFollowsFromTheModule(t *testing.T) {
	t.Parallel()
	for module, want := range map[string]names{
		"github.com/acme/notes":          {name: "notes"},
		"github.com/acme/notes/v2":       {name: "notes"},
		"gitlab.com/acme/web/Notes.Api":  {name: "notes-api"},
		"git.example.org/a/field_notes~": {name: "field-notes"},
	} {
		n, err := newNames(module, "", "")
		if err != nil || n.name != want.name || n.title != want.name {
			t.Errorf("%s: %+v, %v", module, n, err)
		}
	}
}

func TestUnusableNamesAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ module, name, title, reason string }{
		{"notes", "", "", "domain"},
		{"Acme.com/notes", "", "", "lower case"},
		{"github.com/acme/a b", "", "", "letters, digits"},
		{"github.com//notes", "", "", "letters, digits"},
		{"github.com/acme/../notes", "", "", "letters, digits"},
		{"", "", "", "letters, digits"},
		{templateModule, "", "", "template's own"},
		{"github.com/acme/func", "", "", "keyword of Go"},
		{"github.com/acme/internal", "", "", "means something else"},
		{"github.com/acme/test", "", "", "means something else"},
		{"github.com/acme/postgres", "", "", "PostgreSQL"},
		{"github.com/acme/notes", "Notes", "", "lower-case"},
		{"github.com/acme/notes", "field_notes", "", "hyphens"},
		{"github.com/acme/notes", "-notes", "", "begin with a letter"},
		{"github.com/acme/9to5", "", "", "begin with a letter"},
		{"github.com/acme/notes", strings.Repeat("n", 31), "", "30 characters"},
		{"github.com/acme/notes", "", "\"quoted\"", "title"},
	} {
		if _, err := newNames(tt.module, tt.name, tt.title); err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestRefusalsLeaveEverythingAsItWas(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	made := newProject(t, template)
	parent := filepath.Dir(template)
	write(t, parent, map[string]string{"full/file": "x", "nothing/file": "x"})
	for _, tt := range []struct {
		folder string
		args   []string
		says   string
	}{
		{template, []string{"new", "notes"}, "domain"},
		{template, []string{"new", "github.com/acme/notes", filepath.Join(parent, "full")}, "not empty"},
		{template, []string{"new", "github.com/acme/notes", "inside"}, "inside of the template"},
		{template, []string{"new", "github.com/acme/notes", "--without", "nonsense"}, "nonsense"},
		{template, []string{"new", "github.com/acme/notes", "--without", "metrics"}, "--with-dependents"},
		{template, []string{"new", "github.com/acme/notes", "--without", "sqlite,postgres", "--with-dependents"}, "one of them must stay"},
		{template, []string{"new", "github.com/acme/notes", "--with", "traces"}, "left out by default"},
		{template, []string{"new", "github.com/acme/notes", "--resource", ""}, "needs words"},
		{template, []string{"new", "github.com/acme/notes", "--resource", `note "title:string`}, "needs words"},
		{template, []string{"new", "github.com/acme/notes", "--resource", "note title:string --nonsense"}, "unknown flag"},
		{template, []string{"new", "github.com/acme/notes", "--resource", "note title:string --dry-run"}, "outside"},
		{template, []string{"new", "github.com/acme/notes", "--resource", "note title:string", "--resource", "note title:string"}, "a folder with this name"},
		{template, []string{"new", "github.com/acme/notes", "--resource", "note title:string tweet:ref"}, `no resource "tweet"`},
		{template, []string{"update"}, recordFile},
		{made, []string{"remove", "nonsense"}, "there are"},
		{made, []string{"remove", "traces", "admin"}, "--with-dependents"},
		{made, []string{"remove", "benchmark"}, "removed already"},
		{made, []string{"update", "--from", filepath.Join(parent, "nowhere")}, "--from"},
		{made, []string{"update", "--to", "nonsense"}, "no branch, tag or commit"},
		{filepath.Join(parent, "nothing"), []string{"remove", "traces"}, "not a git repository"},
	} {
		checkRefusal(t, parent, made, tt.folder, tt.args, tt.says)
	}
	write(t, template, map[string]string{"new file": "x"})
	checkRefusal(t, parent, made, template, []string{"new", "github.com/acme/notes"}, "uncommitted changes")
	write(t, made, map[string]string{"compose.yaml": "changed\n"})
	checkRefusal(t, parent, made, made, []string{"remove", "traces"}, "uncommitted changes")
	checkRefusal(t, parent, made, made, []string{"update"}, "uncommitted changes")
}

func checkRefusal(t *testing.T, parent, made, folder string, args []string, says string) {
	t.Helper()
	before, beforeMade := snapshot(t, parent), snapshot(t, made)
	status, output := project(t, folder, args...)
	if status != 1 || !strings.Contains(output, says) {
		t.Errorf("%v: exit status %d: %s", args, status, output)
	}
	if !maps.Equal(before, snapshot(t, parent)) || !maps.Equal(beforeMade, snapshot(t, made)) {
		t.Errorf("%v changed something", args)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	made := newProject(t, template)
	before := snapshot(t, made)
	if output := succeed(t, made, "remove", "traces", "--dry-run"); !strings.Contains(output, "delete internal/tracing/tracing.go") || !strings.Contains(output, "change cmd/app/main.go") {
		t.Errorf("remove prints %s", output)
	}
	if !maps.Equal(before, snapshot(t, made)) {
		t.Error("remove changed something")
	}
	before = snapshot(t, filepath.Dir(template))
	if output := succeed(t, template, "new", "github.com/acme/notes", "--resource", "note title:string", "--dry-run"); !strings.Contains(output, "add note/note.go") {
		t.Errorf("new prints %s", output)
	}
	if !maps.Equal(before, snapshot(t, filepath.Dir(template))) {
		t.Error("new made something")
	}
}
