package observe

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/browsertest"
)

// undrawnGraphs selects the graphs without a line of at least two points.
const undrawnGraphs = `[...document.querySelectorAll('figure')]
	.filter((f) => f.dataset.state !== 'drawn' || ![...f.querySelectorAll('.line')].some((l) => l.getAttribute('d').includes('L')))
	.map((f) => f.textContent)`

func TestEveryConsoleGraphDraws(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	b := browsertest.Start(t)
	for _, file := range files(t, metrics+"/consoles", ".html") {
		page := filepath.Base(file)
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			for _, look := range []struct {
				width, height int64
				scheme        string
			}{{1280, 900, "light"}, {390, 844, "dark"}} {
				tab := b.Open(t, prometheus)
				tab.SetScreen(look.width, look.height, look.scheme)
				visit(t, tab, page)
				awaitEmpty(t, tab, undrawnGraphs)
				for _, problem := range tab.Audit() {
					t.Errorf("%s: %s", look.scheme, problem)
				}
			}
		})
	}
}

func TestConsoleShowsTablesWithoutScripts(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	tab := browsertest.Start(t).Open(t, prometheus)
	tab.WithoutScripts()
	visit(t, tab, "requests.html")
	tab.Want("GET "+target.Route, "The graphs need JavaScript.")
	visit(t, tab, "database.html")
	tab.Want(target.Name + ".get")
}

func TestConsoleShowsFiringAlerts(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	tab := browsertest.Start(t).Open(t, prometheus)
	visit(t, tab, "index.html")
	// The rule is evaluated every 15 s, and the page refreshes itself.
	awaitEmpty(t, tab, `document.querySelector('[data-alert=ErrorBudgetBurnsFast]')?.textContent ? [] : ['no alert']`)
	tab.Want("The service has a problem", "ErrorBudgetBurnsFast", "Too many requests fail. What to do")
}

// Prometheus may find nothing, return an error, or not answer.
func TestGraphShowsWhyItIsEmpty(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	b := browsertest.Start(t)
	for want, answer := range map[string]http.HandlerFunc{
		"No data in this time range.": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status": "success", "data": {"resultType": "matrix", "result": []}}`)
		},
		"The query failed: too many samples": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"status": "error", "error": "too many samples"}`)
		},
		"The query failed: Failed to fetch": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			origin, err := url.Parse(prometheus)
			if err != nil {
				t.Fatal(err)
			}
			mux := http.NewServeMux()
			mux.Handle("/", httputil.NewSingleHostReverseProxy(origin))
			mux.HandleFunc("/api/v1/query_range", answer)
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			tab := b.Open(t, server.URL)
			visit(t, tab, "runtime.html")
			awaitEmpty(t, tab, fmt.Sprintf(`[...document.querySelectorAll('figure > p')].map((p) => p.textContent).filter((text) => text !== %q)`, want))
			tab.Want(want)
			for _, problem := range tab.Audit() {
				t.Error(problem)
			}
		})
	}
}

// awaitEmpty waits until a JavaScript expression, a list of what is still missing, is empty.
func awaitEmpty(t *testing.T, tab *browsertest.Tab, expression string) {
	t.Helper()
	for end := time.Now().Add(maxWait / 2); ; time.Sleep(100 * time.Millisecond) {
		remaining := browsertest.Evaluate[[]string](tab, expression)
		if len(remaining) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still missing: %q", remaining)
		}
	}
}

func visit(t *testing.T, tab *browsertest.Tab, page string) {
	t.Helper()
	if status := tab.Visit("/consoles/" + page); status != http.StatusOK {
		t.Fatalf("GET %s = %d: %s", page, status, strings.TrimSpace(tab.Text("body")))
	}
}
