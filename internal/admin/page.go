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
	// policy allows a page its own style and the icon, and nothing else.
	policy = func() string {
		sum := sha256.Sum256([]byte(style))
		return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self'; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	}()
)

// link is a link of the index to another page.
type link struct{ Name, Path, About string }

var links = []link{
	{"Live plots", "/debug/statsviz/", "Requests, latency, connections and the Go runtime, updated every second. For a slow service."}, // feature: plots
	{"Health", "/healthcheck", "The status of each check, its last change and its last error. For a service that is not ready."},
	{"Metrics", "/metrics", "All metrics, in the Prometheus format. For numbers that no page of graphs shows."}, // feature: metrics
	{"Profiles", "/debug/pprof/", "CPU, memory, goroutines and traces. To find the code that is responsible."},
	{"Log level", "/log-level", "The current log level. It can be changed for a limited time. For more detail in the log."},
	{"Settings", "/settings", "The value of each setting and its origin. For a setting that has no effect."},
}

// view is the data of a page's template.
type view struct {
	*Admin
	Style template.CSS
	Links []link
	Up    time.Duration
	Ready bool
	// Base is the URL of this address, for the commands.
	Base string
}

func (a *Admin) index(w http.ResponseWriter, r *http.Request) {
	v := view{
		Admin: a, Style: style, Links: links,
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
	for _, l := range links {
		fmt.Fprintf(table, "%s\t%s\n", l.Path, l.About)
	}
	_ = table.Flush()
	fmt.Fprintf(w, "\ncurl -X PUT '%s/log-level?for=10m' -d debug\n", v.Base)
}

func (a *Admin) settings(w http.ResponseWriter, r *http.Request) {
	if wantsPage(w, r) {
		show(w, r, "settings.html", view{Admin: a, Style: style})
		return
	}
	// A connection error cannot be reported.
	_ = a.Print(w)
}

// wantsPage reports whether r prefers HTML to plain text, and sets Vary and the Content-Type of
// plain text.
func wantsPage(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	accept := r.Header["Accept"]
	return web.Quality(accept, "text/html") > web.Quality(accept, "text/plain")
}

func show(w http.ResponseWriter, r *http.Request, name string, v view) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		web.WriteProblem(w, r, web.ErrInternal.WithCause(err))
		return
	}
	web.SetPageHeader(w.Header(), policy)
	// A connection error cannot be reported.
	_, _ = w.Write(page.Bytes())
}
