package main

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

// newer changes a template: a file, a new file beside others, a new feature, the changelog.
func newer(t *testing.T, template string) {
	t.Helper()
	replace(t, template, "compose.yaml", "last: 1", "last: 2")
	replace(t, template, "docs/CHANGELOG.md", "## v0.1.0", "## v0.2.0\n\nThe second one.\n\n## v0.1.0")
	replace(t, template, "tweet/tweet.go", "140", "280")
	replace(t, template, "cmd/app/main.go", "\nfunc main() {", "\nfunc init() {\n\tprintln(\"newer\")\n\tprintln(\"new\") // feature: novelty\n}\n\nfunc main() {")
	replace(t, template, registry, "var features = []feature{\n", "var features = []feature{\n\t{ // feature: novelty\n\t\tname: \"novelty\", words: \"novelty\",\n\t},\n")
	write(t, template, map[string]string{"tweet/new.go": "package tweet\n", "internal/new/new.go": "package new\n"})
	commit(t, template, "A newer template")
}

func TestUpdateKeepsWhatTheTakerDid(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template)
	replace(t, folder, "cmd/app/main.go", "println(service.Name)", "println(service.Name, \"mine\")")
	write(t, folder, map[string]string{"note/note.go": "package note\n"})
	run(t, folder, "git", "rm", "-q", "tweet/store.go", "tweet/tweet.go")
	replace(t, folder, "cmd/app/main.go", "\t\ttweet.Resource(),\n", "")
	replace(t, folder, "cmd/app/main.go", "\t\"github.com/Acme/Field_Notes/tweet\"\n", "")
	commit(t, folder, "My changes")
	succeed(t, folder, "remove", "traces")
	commit(t, folder, "Remove traces")
	newer(t, template)

	before := snapshot(t, folder)
	status, output := project(t, folder, "update", "--check")
	if status != 2 || !strings.Contains(output, "## v0.2.0\n\nThe second one.") || strings.Contains(output, "The first one") {
		t.Errorf("update --check: exit status %d: %s", status, output)
	}
	if output := succeed(t, folder, "update", "--dry-run"); !strings.Contains(output, "compose.yaml") {
		t.Errorf("update --dry-run prints %s", output)
	}
	if !maps.Equal(before, snapshot(t, folder)) {
		t.Error("update --check or --dry-run changed something")
	}

	if output = succeed(t, folder, "update"); !strings.Contains(output, "stays deleted: tweet/tweet.go") {
		t.Errorf("update prints %s", output)
	}
	checkUpdated(t, folder)
	before = snapshot(t, folder)
	if output := succeed(t, folder, "update"); !strings.Contains(output, "up to date") {
		t.Errorf("the second update prints %s", output)
	}
	if !maps.Equal(before, snapshot(t, folder)) {
		t.Error("the second update changed something")
	}
}

func checkUpdated(t *testing.T, folder string) {
	t.Helper()
	got := read(t, folder, "cmd/app/main.go")
	for _, want := range []string{"\"mine\"", "println(\"newer\")", "println(\"new\")"} {
		if !strings.Contains(got, want) {
			t.Errorf("main.go lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "tracing") || exists(folder, "internal/tracing") || strings.Contains(read(t, folder, registry), "Jaeger") {
		t.Error("the removed feature is back")
	}
	if exists(folder, "tweet") || strings.Contains(got, "tweet") {
		t.Error("the deleted example is back")
	}
	if !exists(folder, "note/note.go") || !exists(folder, "internal/new/new.go") || !strings.Contains(read(t, folder, "compose.yaml"), "last: 2") {
		t.Error("something is missing")
	}
	if r := read(t, folder, recordFile); !strings.Contains(r, `"v0.2.0"`) || !strings.Contains(r, `"novelty"`) {
		t.Errorf("the record is %s", r)
	}
	if status := run(t, folder, "git", "status", "--porcelain"); status != "" {
		t.Errorf("something is not committed: %s", status)
	}
	run(t, folder, "go", "vet", "./...")
}

func TestUpdateLeavesTheResourcesOfTheTakerAsTheyAre(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template, "--resource", "note title:string:1..80", "--resource", "label note:ref text:string:1..20")
	replace(t, folder, "note/note.go", "package note\n", "package note\n\nconst mine = true\n")
	commit(t, folder, "My change")
	before := run(t, folder, "git", "ls-tree", "HEAD", "note", "label")
	newer(t, template)
	succeed(t, folder, "update")
	if after := run(t, folder, "git", "ls-tree", "HEAD", "note", "label"); after != before {
		t.Errorf("the resources were %s, and are %s", before, after)
	}
	if got := read(t, folder, mainFile); !strings.Contains(got, "\t\tnote.Resource(),\n\t\tlabel.Resource(),\n") || !strings.Contains(got, "newer") || exists(folder, "tweet") || !strings.Contains(read(t, folder, recordFile), "v0.2.0") {
		t.Errorf("the update is not complete, or the example is back: %s", got)
	}
	if names := run(t, folder, "git", "ls-tree", "--name-only", templateBranch); strings.Contains(names, "note") {
		t.Errorf("the state of the template has %s", names)
	}
}

func TestUpdateNeedsNoBranchInAClone(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template)
	run(t, folder, "git", "branch", "--quiet", "--delete", "--force", templateBranch)
	replace(t, folder, "cmd/app/main.go", "println(service.Name)", "println(service.Name, \"mine\")")
	commit(t, folder, "My change")
	newer(t, template)
	succeed(t, folder, "update")
	if got := read(t, folder, "cmd/app/main.go"); !strings.Contains(got, "\"mine\"") || !strings.Contains(got, "println(\"newer\")") {
		t.Errorf("main.go is %s", got)
	}
}

func TestNewFeaturesArriveAsTheRecordSays(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template)
	replace(t, folder, recordFile, `"newFeatures": "with"`, `"newFeatures": "without"`)
	commit(t, folder, "Want nothing new")
	newer(t, template)
	succeed(t, folder, "update")
	if got := read(t, folder, "cmd/app/main.go"); strings.Contains(got, "println(\"new\")") || !strings.Contains(got, "println(\"newer\")") {
		t.Errorf("main.go is %s", got)
	}
}

func TestConflictIsLeftToGit(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template)
	replace(t, folder, "compose.yaml", "last: 1", "last: mine")
	commit(t, folder, "My change")
	newer(t, template)
	status, output := project(t, folder, "update")
	if status != 1 || !strings.Contains(output, "changed on both sides:\ncompose.yaml\n") || !strings.Contains(read(t, folder, "compose.yaml"), "<<<<<<<") {
		t.Fatalf("exit status %d: %s", status, output)
	}
	run(t, folder, "git", "merge", "--abort")
	if got := read(t, folder, "compose.yaml"); !strings.Contains(got, "last: mine") || strings.Contains(got, "<<<<<<<") {
		t.Errorf("compose.yaml is %s", got)
	}
	project(t, folder, "update")
	write(t, folder, map[string]string{"compose.yaml": "last: both\n"})
	commit(t, folder, "Merge the template")
	if output := succeed(t, folder, "update"); !strings.Contains(output, "up to date") {
		t.Errorf("update prints %s", output)
	}
	if parents := run(t, folder, "git", "rev-list", "--parents", "--max-count=1", "HEAD"); len(strings.Fields(parents)) != 3 {
		t.Errorf("the last commit is no merge: %s", parents)
	}
}

func TestUpdateWithoutGitIdentity(t *testing.T) {
	t.Parallel()
	template := newTemplate(t)
	folder := newProject(t, template)
	newer(t, template)
	succeed(t, folder, "update", "--from", filepath.Join(filepath.Dir(template), "the template"))
	if got := read(t, folder, "tweet/tweet.go"); !strings.Contains(got, "280") {
		t.Errorf("tweet.go is %s", got)
	}
}
