// Package admin serves the pages for operators, on a separate address: an index, health,
// profiles, the log level, the settings and more.
//
// It does not know where it is served, what the metrics measure, nor what the settings mean.
package admin

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// Options are the parameters of New.
type Options struct {
	// Name, Version and Commit identify the program.
	Name, Version, Commit string
	// Icon is an ICO file. It may be missing.
	Icon []byte // feature: static
	// Ready reports whether the service can do its work now.
	Ready func(context.Context) bool
	// Health serves GET /healthcheck.
	Health http.HandlerFunc
	// Numbers are the metrics that the live plots show.
	Numbers prometheus.Gatherer // feature: plots
	// Probe selects the routes that they leave out.
	Probe func(route string) bool // feature: plots
	// Level is the log level. Admin.Close closes it.
	Level *Level
	// Settings have their secrets masked. Print writes them as text.
	Settings []Setting
	Print    func(io.Writer) error
}

// Setting is the value of a setting. It has the fields of settings.Setting, so that
// internal/app can convert one to the other: this package may not import settings.
type Setting struct{ Name, Value, Origin, Help string }

// Admin is the handler of the pages. It checks no credentials: see Guard.
type Admin struct {
	Options
	mux     *web.Mux
	live    *live // feature: plots
	started time.Time
}

// New returns the handler of the pages. The caller closes it.
func New(o Options) *Admin {
	a := &Admin{Options: o, mux: web.NewMux(nil), started: time.Now()}
	a.live = newLive(o.Numbers, o.Probe) // feature: plots
	a.mux.HandleFunc("GET /", a.index)
	if o.Icon != nil { // feature: static
		a.mux.HandleFunc("GET /favicon.ico", a.icon)
	}
	a.mux.HandleFunc("GET /healthcheck", o.Health)
	a.mux.HandleFunc("GET /healthcheck/", o.Health) // as on the API's address
	a.mux.HandleFunc("GET /settings", a.settings)
	a.mux.HandleFunc("GET /log-level", o.Level.get)
	a.mux.HandleFunc("PUT /log-level", o.Level.put)
	a.mux.HandleFunc("GET /debug/pprof/{profile...}", a.profile)
	a.mux.HandleFunc("GET /debug/statsviz/{file...}", a.live.serve) // feature: plots
	return a
}

// Handle adds a page, like http.ServeMux.Handle.
func (a *Admin) Handle(pattern string, h http.Handler) { a.mux.HandleFunc(pattern, h.ServeHTTP) } // feature: metrics

// Close stops what runs in the background.
func (a *Admin) Close() {
	a.Level.close()
	a.live.close() // feature: plots
}

// ServeHTTP serves one request.
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if isCrossSite(r) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusForbidden, "Pages of other sites may link here, but may not embed or fetch this."))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// isCrossSite reports whether a browser requests this for a page of another site, for example
// as an image or in a frame. Even a GET can be expensive here, for example a trace. Following a
// link from another site is allowed. Browsers send these headers only to HTTPS and to localhost.
func isCrossSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	default:
		return false
	}
}
