package main

import (
	"errors"
	"flag"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenNames are resources that cover what add writes: those of diary and entry have owners.
var goldenNames = []string{"shelf", "book", "diary", "entry"}

// golden is the folder of these resources as add writes them. Together they have every kind of field,
// relation, filter and order. Other tests use them, and CI runs their own.
const golden = "testdata/golden"

// goldenCommand returns the command that writes a golden resource: its file has the arguments of
// add, one on each line.
func goldenCommand(t *testing.T, name string) (c addCommand) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(golden, name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	parser := kong.Must(&c)
	if _, err := parser.Parse(strings.Split(strings.TrimSpace(string(text)), "\n")); err != nil {
		t.Fatal(err)
	}
	return c
}

// goldenFiles returns the files of the golden resources as they would be in a project that has
// only these, but for the path of the folder in imports.
func goldenFiles(t *testing.T) tree {
	t.Helper()
	project, imports := thisProject(t), []string(nil)
	for _, name := range goldenNames {
		project = added(t, project, goldenCommand(t, name))
		imports = append(imports, strconv.Quote(path.Join(templateModule, name)), strconv.Quote(path.Join(templateModule, "cmd/project", golden, name)))
	}
	maps.DeleteFunc(project, func(p string, _ file) bool {
		folder, _, _ := strings.Cut(p, "/")
		return !slices.Contains(goldenNames, folder)
	})
	for p, f := range project {
		f.content = strings.NewReplacer(imports...).Replace(f.content)
		if path.Ext(p) == ".go" {
			formatted, err := format.Source([]byte(f.content)) // imports are sorted by their paths
			if err != nil {
				t.Fatal(err)
			}
			f.content = string(formatted)
		}
		project[p] = f
	}
	return project
}

func TestGoldenResourcesAreWhatAddWrites(t *testing.T) {
	t.Parallel()
	want, got := goldenFiles(t), tree{}
	for _, name := range goldenNames {
		err := filepath.WalkDir(filepath.Join(golden, name), func(p string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(p)
			relative, _ := filepath.Rel(golden, p) // it is below the folder
			got[filepath.ToSlash(relative)] = file{content: string(text)}
			return err
		})
		if err != nil && (!*update || !errors.Is(err, fs.ErrNotExist)) {
			t.Fatal(err)
		}
	}
	if *update {
		if err := want.write(golden, got); err != nil {
			t.Fatal(err)
		}
		got = want
	}
	for _, change := range want.changes(got) {
		t.Errorf("in %s, add would %s; run with -update to write it", golden, change)
	}
}
