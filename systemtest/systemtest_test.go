// Package systemtest tests the service from outside, over HTTP.
//
// With SYSTEM_TEST_URL, the tests use a running service, in any state and any number of times.
// Otherwise they build the program, start it on a new database, and also test what needs
// control of the process: signals, exits and restarts.
package systemtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/processtest"
)

var (
	// baseURL is the service under test, without a slash at the end.
	baseURL string
	// binary is the program, or empty if SYSTEM_TEST_URL is set.
	binary string
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if url := os.Getenv("SYSTEM_TEST_URL"); url != "" {
		baseURL = strings.TrimSuffix(url, "/")
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "systemtest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = processtest.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	database, remove, err := databasetest.Make()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove() //nolint:errcheck // the tests are over
	p, err := startNew(database)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer p.Kill()
	baseURL = p.URL
	return m.Run()
}

// startNew runs the service on an empty database, in which it loads the fixtures.
func startNew(database string) (*processtest.Process, error) {
	if err := fill(database); err != nil {
		return nil, err
	}
	return start(database, os.Stderr)
}

// go test caches a result until a file that the test has opened changes. It does not know that
// these tests build the program, so this one opens the folders of its sources.
func TestCachedResultIsInvalidAfterASourceChanges(t *testing.T) {
	if binary == "" {
		t.Skip("SYSTEM_TEST_URL is set: nothing was built")
	}
	err := filepath.WalkDir("..", func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
