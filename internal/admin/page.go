package admin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"text/tabwriter"
	"time"

	"example.com/templatesite/internal/web"
)

//go:embed pages
var files embed.FS

var (
	pages = template.Must(template.ParseFS(files, "pages/*.html"))
	style = func() template.CSS {
		text, err := files.ReadFile("pages/style.css")
		if err != nil {
			panic(err)
		}
		return template.CSS(text)
	}()
	// policy lets a page use its own style and icon, and nothing else.
	policy = func() string {
		sum := sha256.Sum256([]byte(style))
		return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self'; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	}()
)

// place is something to look at: what it is, and when one looks at it.
type place struct{ Name, Path, About string }

var places = []place{
	{"Live plots", "/debug/statsviz/", "Requests, latency, connections and the runtime as they move: when it is slow."},
	{"Health", "/healthcheck", "Each check, since when it is so, and its last error: when it is not ready."},
	{"Metrics", "/metrics", "Every number, as Prometheus reads it: for what no dashboard shows."},
	{"Profiles", "/debug/pprof/", "Where time and memory go: when you look for the code that takes them."},
	{"Log level", "/log-level", "How much is logged, when the log does not tell you enough."},
	{"Settings", "/settings", "Each value, and where it comes from: when it does not do what you have set."},
}

// view is what a page shows.
type view struct {
	*Admin
	Style  template.CSS
	Places []place
	Up     time.Duration
	Ready  bool
	// Base is where a command finds this address.
	Base string
}

func (a *Admin) index(w http.ResponseWriter, r *http.Request) {
	v := view{
		Admin: a, Style: style, Places: places,
		Up: time.Since(a.started).Truncate(time.Second), Ready: a.Ready(r.Context()), Base: web.InfoFrom(r.Context()).BaseURL,
	}
	if wantsPage(w, r) {
		show(w, r, "index.html", v)
		return
	}
	ready := "ready"
	if !v.Ready {
		ready = "NOT READY"
	}
	fmt.Fprintf(w, "%s %s, commit %s: %s, up %s, log level %s\n\n", a.Name, a.Version, a.Commit, ready, v.Up, a.Level)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range places {
		fmt.Fprintf(table, "%s\t%s\n", p.Path, p.About)
	}
	_ = table.Flush()
	fmt.Fprintf(w, "\ncurl -X PUT '%s/log-level?for=10m' -d debug\n", v.Base)
}

func (a *Admin) settings(w http.ResponseWriter, r *http.Request) {
	if wantsPage(w, r) {
		show(w, r, "settings.html", view{Admin: a, Style: style})
		return
	}
	// A client that is gone cannot be told anything more.
	_ = a.Print(w)
}

// wantsPage reports whether r prefers a page to text, and says that it depends on it.
func wantsPage(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	accept := r.Header["Accept"]
	return web.Quality(accept, "text/html") > web.Quality(accept, "text/plain")
}

func show(w http.ResponseWriter, r *http.Request, name string, v view) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusInternalServerError, "This page is broken.").WithCause(err))
		return
	}
	web.SetPageHeader(w.Header(), policy)
	// A client that is gone cannot be told anything more.
	_, _ = w.Write(page.Bytes())
}
