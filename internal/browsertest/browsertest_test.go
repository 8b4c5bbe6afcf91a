package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

// errorRecorder is a test that records its errors. Its end method ends it.
type errorRecorder struct {
	testing.TB
	mu     sync.Mutex
	ends   []func()
	errors strings.Builder
}

func (r *errorRecorder) Cleanup(f func()) { r.ends = append(r.ends, f) }

func (r *errorRecorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(&r.errors, args...)
}

func (r *errorRecorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

func (r *errorRecorder) end() string {
	for i := len(r.ends) - 1; i >= 0; i-- {
		r.ends[i]()
	}
	return r.errors.String()
}

func TestTabFailsItsTestForEachViolation(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	pages := map[string]struct{ page, complaint string }{
		"/good":      {"<p>Nothing.</p>", ""},
		"/other":     {`<img src="` + other.URL + `/x">`, "a request to " + other.URL + "/x"},
		"/missing":   {`<img src="/nothing">`, "/nothing is a 404"},
		"/console":   {`<script>console.error("x")</script>`, "the console has a message of type error"},
		"/exception": {`<script>null.x</script>`, "an exception: "},
		"/dialog":    {`<script>onload = () => setTimeout(() => alert("hello"), 300)</script>`, "a dialog: hello"},
		"/policy":    {`<p style="color: red">x</p>`, "the browser says: "},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/policy" {
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
		}
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,">`+p.page)
	}))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	for path, want := range pages {
		t.Run(path[1:], func(t *testing.T) {
			t.Parallel()
			errors := ""
			// While a dialog is open, the page does not respond, so there is nothing to wait for.
			for wait := time.Second; wait < 20*time.Second; wait *= 2 {
				r := &errorRecorder{TB: t}
				b.Open(r, server.URL).Visit(path)
				time.Sleep(wait)
				if errors = r.end(); strings.Contains(errors, want.complaint) {
					break
				}
			}
			if !strings.Contains(errors, want.complaint) || want.complaint == "" && errors != "" {
				t.Errorf("the complaints are %q, want %q", errors, want.complaint)
			}
		})
	}
}
