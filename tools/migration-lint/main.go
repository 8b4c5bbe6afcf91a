// Command migration-lint prints the statements of PostgreSQL's migrations that stop or break a service
// that is running, with the safe way, and exits with 1 if it finds any. docs/migrations.md has the
// rules. It needs no server.
//
//	migration-lint FOLDER
//
// It checks what migrations do, not what undoes them (goose's Down): that is run by hand, while
// somebody decides which data to lose.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const help = `docs/migrations.md has the steps of the safe ways. To accept a statement all the same, write above it
-- migration-lint: accepted, because REASON`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: migration-lint FOLDER")
		os.Exit(2)
	}
	checked, findings, err := run(os.DirFS(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "migration-lint:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Println(help)
		os.Exit(1)
	}
	fmt.Printf("%d migrations are safe\n", checked)
}

// finding is what is wrong in a line of a file.
type finding struct {
	file string
	line int
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text) }

// run checks all migrations below a folder in the order in which they are applied, that of their times.
func run(root fs.FS) (checked int, findings []finding, err error) {
	names, err := migrationsBelow(root)
	if err != nil {
		return 0, nil, err
	}
	if len(names) == 0 {
		return 0, nil, errors.New("there is no file migrations/postgres/*.sql: this checks nothing")
	}
	l := newLinter()
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return 0, nil, err
		}
		findings = append(findings, l.check(name, string(text))...)
	}
	return len(names), findings, nil
}

func migrationsBelow(root fs.FS) (names []string, err error) {
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "vendor" || base == "node_modules") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path.Dir(name), "migrations/postgres") && filepath.Ext(name) == ".sql" {
			names = append(names, name)
		}
		return nil
	})
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(path.Base(a), path.Base(b)) })
	return names, err
}
