package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "example.com/templatesite/"

// The import rule: cmd/app imports the resources and internal/app, which imports the
// plumbing. Resources and plumbing import internal/web, and nothing else of the module.
// Packages for tests and the lab may import everything but cmd/app; cmd/project imports nothing.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			to, own := strings.CutPrefix(imported, module)
			if own && !mayImport(from, to) {
				t.Errorf("%s imports %s", from, to)
			}
		}
	}
}

var touchesProcess = regexp.MustCompile(`\bos\.(Getenv|LookupEnv|Environ|Args|Exit)\b|\blog\.Fatal|\bsignal\.Notify`)

// Only main.go of the service may touch the environment, the arguments, exits and signals.
func TestOnlyMainTouchesTheProcess(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if name := strings.TrimPrefix(p.ImportPath, module); forTests(name) || isLab(name) || name == "cmd/project" {
			continue
		}
		for _, file := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			touched := touchesProcess.FindString(string(text))
			if touched != "" && p.ImportPath+"/"+file != module+"cmd/app/main.go" {
				t.Errorf("%s/%s uses %s", p.ImportPath, file, touched)
			}
		}
	}
}

func mayImport(from, to string) bool {
	switch {
	case forTests(from):
		return to != "cmd/app"
	case from == "cmd/app":
		return to == "internal/app" || to == "internal/web" || !strings.HasPrefix(to, "internal/")
	case from == "internal/app":
		return strings.HasPrefix(to, "internal/") && !forTests(to)
	case from == "cmd/project":
		return false
	case isLab(from):
		return to != "cmd/app"
	default: // a resource, or the plumbing
		return to == "internal/web"
	}
}

// forTests reports whether a package is only for tests, by its name.
func forTests(name string) bool { return strings.HasSuffix(name, "test") }

// isLab reports whether a package belongs to the lab, which tests and measures the service.
func isLab(name string) bool { return strings.HasPrefix(name, "lab/") }

type goPackage struct {
	ImportPath, Dir  string
	Imports, GoFiles []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	output, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	decoder := json.NewDecoder(strings.NewReader(string(output)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if !slices.ContainsFunc(all, func(p goPackage) bool { return p.ImportPath == module+"cmd/app" }) {
		t.Fatal("go list does not list cmd/app")
	}
	return all
}
