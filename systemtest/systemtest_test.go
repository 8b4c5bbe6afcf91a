// Package systemtest looks at the service from outside, over HTTP only.
//
// With SYSTEM_TEST_URL it meets a service that runs, a cluster for example, in
// whatever state that is, and can be repeated at will. Without it, it builds the
// program, starts it on SQLite, and looks at what only an owner of the process
// sees, too: signals, exits and restarts.
package systemtest

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
)

var (
	// baseURL is the service that the black-box tests meet, without a slash.
	baseURL string
	// binary is the program, when we built it.
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
	p, err := start("sqlite:"+filepath.Join(dir, "systemtest.db"), os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer p.Kill()
	baseURL = p.URL
	return m.Run()
}

// go test keeps a result as long as the files that a test has opened are the
// same. It does not see that we have built the program, so we open its sources.
func TestResultIsKeptOnlyWhileTheSourcesAreTheSame(t *testing.T) {
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

// get asks for a URL and reads a JSON answer with that status into value.
func get(t *testing.T, url string, status int, value any, headers ...string) http.Header {
	t.Helper()
	return call(t, "GET", url, "", status, value, headers...)
}

func call(t *testing.T, method, url, body string, status int, value any, headers ...string) http.Header {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s = %d, want %d: %s", method, url, response.StatusCode, status, text)
	}
	if value != nil {
		if err := json.Unmarshal(text, value); err != nil {
			t.Fatalf("%s %s: %v in %s", method, url, err, text)
		}
	}
	return response.Header
}
