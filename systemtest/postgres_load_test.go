package systemtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

// version is one version of the program that serves, with clients that read and change rows of
// its resources until it is stopped.
type version struct {
	t         *testing.T
	name      string
	process   *processtest.Process
	resources []discovertest.Resource
	logFile   string
	transport *http.Transport
	cancel    context.CancelFunc
	clients   sync.WaitGroup

	mu       sync.Mutex
	requests int
	failures []string
	// rows has the text of each row that was acknowledged last, by path, or "" if it was deleted.
	rows map[string]string
}

// startVersion starts a version and the load on it. If only is not empty, it names the resources that
// are used.
func startVersion(t *testing.T, name, program, database string, only ...string) *version {
	t.Helper()
	const clients = 4 // two versions together stay below the limit of requests in progress
	v := &version{t: t, name: name, logFile: filepath.Join(t.TempDir(), "log"), rows: map[string]string{}}
	v.transport = &http.Transport{MaxIdleConnsPerHost: clients}
	var err error
	if v.process, err = processtest.Start(processtest.Options{Binary: program, Database: database, Log: v.logFile, Stderr: t.Output()}); err != nil {
		t.Fatalf("%s: %v: %s", name, err, v.log())
	}
	t.Cleanup(v.process.Kill)
	if v.resources, err = discovertest.All(t.Context(), v.process.URL); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	v.resources = slices.DeleteFunc(v.resources, func(r discovertest.Resource) bool { return len(only) > 0 && !slices.Contains(only, r.Name) })
	if len(v.resources) == 0 {
		t.Skipf("%s has no resource that can be compared", name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	v.cancel = cancel
	for client := range clients {
		v.clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				v.change(v.resources[n%len(v.resources)], fmt.Sprintf("%d %d", client, n), n%2 == 0)
			}
		})
	}
	t.Cleanup(v.stop)
	return v
}

// stop waits for the requests in progress.
func (v *version) stop() {
	v.cancel()
	v.clients.Wait()
	v.transport.CloseIdleConnections()
}

func (v *version) log() string {
	text, err := os.ReadFile(v.logFile)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// change creates a row, reads it and changes it, and perhaps deletes it.
func (v *version) change(r discovertest.Resource, text string, remove bool) {
	created, ok := v.send(http.StatusCreated, "POST", r.Path, r.Body(text))
	if !ok {
		return
	}
	var fields row
	_ = json.Unmarshal([]byte(created.Body), &fields) // without an id, the next request fails
	path := r.Item(fields.id())
	v.acknowledge(path, text)
	if _, ok := v.send(http.StatusOK, "GET", r.Path+"?limit=10", ""); !ok || !r.Changes {
		return
	}
	if _, ok := v.send(http.StatusOK, "PUT", path, r.Replacement(fields, text+" changed")); !ok {
		return
	}
	v.acknowledge(path, text+" changed")
	if !remove {
		return
	}
	if _, ok := v.send(http.StatusNoContent, "DELETE", path, ""); ok {
		v.acknowledge(path, "")
	}
}

// send sends a request, and counts it as failed if it has another status than expected.
func (v *version) send(status int, method, path, body string) (webtest.Response, bool) {
	// Not a context that the end of the load cancels: that would leave the outcome unknown.
	response, err := webtest.Send(context.Background(), v.transport, method, v.process.URL+path, body)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	if err == nil && response.Status == status {
		return response, true
	}
	v.failures = append(v.failures, fmt.Sprintf("%s %s = %s", method, path, outcome(response, err)))
	return response, false
}

func (v *version) acknowledge(path, text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.rows[path] = text
}

// missing returns the rows that this version reads differently from what was acknowledged.
func (v *version) missing(rows map[string]string) (wrong []string) {
	for path, text := range rows {
		i := slices.IndexFunc(v.resources, func(r discovertest.Resource) bool { return strings.HasPrefix(path, r.Path) })
		if i < 0 {
			continue // this version does not have the resource
		}
		response, err := webtest.Send(context.Background(), v.transport, "GET", v.process.URL+path, "")
		var fields row
		if err == nil && response.Status == http.StatusOK {
			err = json.Unmarshal([]byte(response.Body), &fields)
		}
		if got, _ := fields[v.resources[i].Text].(string); err != nil || got != text || (text == "") != (response.Status == http.StatusNotFound) {
			wrong = append(wrong, fmt.Sprintf("GET %s = %s instead of %q", path, outcome(response, err), text))
		}
	}
	return wrong
}

func outcome(response webtest.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", response.Status, strings.TrimSpace(response.Body))
}

// names returns the names of the resources that are used.
func (v *version) names() (names []string) {
	for _, r := range v.resources {
		names = append(names, r.Name)
	}
	return names
}
