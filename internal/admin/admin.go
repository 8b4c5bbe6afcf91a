// Package admin is what operators see of the service, at an address of their own: a
// page that leads to the rest, health, metrics, profiles, live plots, the level of
// the log and the settings.
//
// It does not know where it is served, where the numbers come from, nor what the
// settings mean.
package admin

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// Options are what it shows.
type Options struct {
	// Name, Version and Commit say which program this is.
	Name, Version, Commit string
	// Icon is an ICO file.
	Icon []byte
	// Ready reports whether the service can do its work now.
	Ready func(context.Context) bool
	// Health answers GET /healthcheck, and Metrics GET /metrics.
	Health  http.HandlerFunc
	Metrics http.Handler
	// Numbers are what the live plots are made of, and Probe reports whether a route
	// is one that they leave out.
	Numbers prometheus.Gatherer
	Probe   func(route string) bool
	Level   *Level
	// Settings are masked, and Print writes them as text.
	Settings []Setting
	Print    func(io.Writer) error
}

// Setting is one setting as it is now.
type Setting struct{ Name, Value, Origin, Help string }

// Admin is an http.Handler. It looks at no credentials: see Guard.
type Admin struct {
	Options
	api     *web.Mux
	live    *live
	started time.Time
}

// New returns what answers operators.
func New(o Options) *Admin {
	a := &Admin{Options: o, api: web.NewMux(nil), started: time.Now()}
	a.live = newLive(o.Numbers, o.Probe)
	a.api.HandleFunc("GET /", a.index)
	a.api.HandleFunc("GET /favicon.ico", a.icon)
	a.api.HandleFunc("GET /healthcheck", o.Health)
	a.api.HandleFunc("GET /healthcheck/", o.Health) // as on the other address
	a.api.HandleFunc("GET /metrics", o.Metrics.ServeHTTP)
	a.api.HandleFunc("GET /settings", a.settings)
	a.api.HandleFunc("GET /log-level", o.Level.get)
	a.api.HandleFunc("PUT /log-level", o.Level.put)
	a.api.HandleFunc("GET /debug/pprof/{profile...}", a.profile)
	a.api.HandleFunc("GET /debug/statsviz/{file...}", a.live.serve)
	return a
}

// Close ends what goes on in the background.
func (a *Admin) Close() {
	a.Level.close()
	a.live.close()
}

// ServeHTTP serves one request.
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if forStranger(r) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusForbidden, "A page of another site may lead here, and may not use what is here."))
		return
	}
	a.api.ServeHTTP(w, r)
}

// forStranger reports whether a browser asks for a page of another site, in which this
// would be an image or a frame: looking alone can cost, as a trace does. Who follows a
// link from there is let in. Browsers say so to HTTPS and to this machine alone.
func forStranger(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	default:
		return false
	}
}

func (a *Admin) icon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/x-icon")
	// A client that is gone cannot be told anything more.
	_, _ = w.Write(a.Icon)
}
