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

// listener is a test that records its errors, and ends with a call of end.
type listener struct {
	testing.TB
	mu    sync.Mutex
	ends  []func()
	heard strings.Builder
}

func (l *listener) Cleanup(f func()) { l.ends = append(l.ends, f) }

func (l *listener) Error(args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(&l.heard, args...)
}

func (l *listener) Errorf(format string, args ...any) { l.Error(fmt.Sprintf(format, args...)) }

func (l *listener) end() string {
	for i := len(l.ends) - 1; i >= 0; i-- {
		l.ends[i]()
	}
	return l.heard.String()
}

func TestTabFailsItsTestForEachViolation(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	pages := map[string]struct{ page, complaint string }{
		"/good":      {"<p>Nothing.</p>", ""},
		"/other":     {`<img src="` + other.URL + `/x">`, "a request to " + other.URL + "/x"},
		"/missing":   {`<img src="/nothing">`, "/nothing is a 404"},
		"/console":   {`<script>console.error("x")</script>`, "the console has a error"},
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
			heard := ""
			// While a dialog is open the page does not answer, so there is nothing to wait for.
			for wait := time.Second; wait < 20*time.Second; wait *= 2 {
				l := &listener{TB: t}
				b.Open(l, server.URL).Visit(path)
				time.Sleep(wait)
				if heard = l.end(); strings.Contains(heard, want.complaint) {
					break
				}
			}
			if !strings.Contains(heard, want.complaint) || want.complaint == "" && heard != "" {
				t.Errorf("the complaints are %q, want %q", heard, want.complaint)
			}
		})
	}
}
