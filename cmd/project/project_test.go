package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain runs the tool itself when a test starts this program anew.
func TestMain(m *testing.M) {
	if os.Getenv("PROJECT_TOOL") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// project runs the tool in a folder, and returns its exit status and what it printed.
func project(t *testing.T, folder string, args ...string) (status int, output string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PROJECT_TOOL=1")
	text, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return exit.ExitCode(), string(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(text)
}

// succeed runs the tool, which must succeed.
func succeed(t *testing.T, folder string, args ...string) string {
	t.Helper()
	status, output := project(t, folder, args...)
	if status != 0 {
		t.Fatalf("project %s: exit status %d: %s", strings.Join(args, " "), status, output)
	}
	return output
}

// small is a template that has the tool, and just enough else to try it.
var small = map[string]string{
	"README.md": "# templatesite\n\n<!-- feature: template -->\nA template.\n\nA service with `traces`.\n\n" +
		"<!-- feature: traces -->\n## Traces\n\nThey are sent somewhere.\n\n## The end\n\nThat is all.\n",
	"cmd/app/main.go": "package main\n\nimport (\n\t\"example.com/templatesite/internal/tracing\"\n\t\"example.com/templatesite/internal/web\"\n\t\"example.com/templatesite/tweet\"\n)\n\n" +
		"var service = struct{ Name, Title string }{\n\tName:  \"templatesite\",\n\tTitle: \"templatesite\",\n}\n\n" +
		"func main() {\n\tprintln(service.Name)\n\ttracing.Start() // feature: traces\n\t_ = []web.Resource{\n\t\ttweet.Resource(),\n\t}\n}\n",
	"internal/web/web.go":            "package web\n\ntype Resource = int\n",
	"internal/tracing/tracing.go":    "package tracing\n\nfunc Start() {}\n",
	"tweet/tweet.go":                 "// Package tweet is the example.\npackage tweet\n\nfunc Resource() int { return 140 }\n",
	"tweet/store.go":                 "package tweet\n",
	"compose.yaml":                   "name: templatesite\nurl: postgres://templatesite@db/templatesite\n# Where traces go.\notlp: 1 # feature: traces\nlast: 1\n",
	"docker/db/password.development": "development-only-password\n",
	"docs/CHANGELOG.md":              "# What is new\n\n## v0.1.0\n\nThe first one.\n",
	"LICENSE":                        "MIT-0\n",
	"templates":                      "templatesite\n",
}

// newTemplate makes a small template in a repository.
func newTemplate(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "the template")
	files := maps.Clone(small)
	sources := []string{"../../go.mod", "../../go.sum"}
	for _, pattern := range []string{"*.go", "resource/*", "resource/fixtures/*", "resource/migrations/*/*", "field/migrations/*/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, names...)
	}
	for _, name := range sources {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(filepath.Join("cmd/project", name))] = string(text)
	}
	write(t, folder, files)
	run(t, folder, "git", "init", "--quiet", "--initial-branch", "main")
	run(t, folder, "go", "mod", "tidy")
	commit(t, folder, "The template")
	return folder
}

func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		target := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// replace changes a text in a file, which must contain it.
func replace(t *testing.T, folder, name, before, after string) {
	t.Helper()
	text := read(t, folder, name)
	if !strings.Contains(text, before) {
		t.Fatalf("%s does not contain %q:\n%s", name, before, text)
	}
	write(t, folder, map[string]string{name: strings.Replace(text, before, after, 1)})
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}

func run(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@localhost", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@localhost")
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

func commit(t *testing.T, folder, subject string) {
	t.Helper()
	run(t, folder, "git", "add", "--all")
	run(t, folder, "git", "commit", "--quiet", "--message", subject)
}

// snapshot returns every file below a folder but those of git, and the state that git reports.
func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git":
			all[name] = run(t, filepath.Dir(name), "git", "for-each-ref") + run(t, filepath.Dir(name), "git", "status", "--porcelain", "--branch")
			return fs.SkipDir
		case entry.IsDir():
			all[name] = "a folder"
			return nil
		}
		text, err := os.ReadFile(name)
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
