package main

import (
	"log/slog"
	"net/http"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/docs"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/static"
	"example.com/templatesite/internal/web"
	own "example.com/templatesite/static"
)

const description = "A RESTful service that stores tweets. Every error is a problem (RFC 9457) whose request_id is in the log."

// routes registers every URL of the service, and makes the pages of them.
func routes(c *config, db *database.DB, h *health.Health, told instruments) (api *web.API, pages web.Middleware) {
	b := buildInfo()
	api = web.NewAPI(web.Options{
		Title:        "templatesite",
		Description:  description,
		Version:      b.Version,
		Source:       "https://" + b.Module,
		MaxBodyBytes: int64(c.MaxBodyBytes),
		Classify:     classify(h),
		Lost:         database.Lost,
		Refused:      told.refused,
		Active:       told.active,
	})
	resources := api.Bounded(int(c.MaxInFlight))
	for _, app := range apps() {
		app.Routes(resources, db.DB)
	}
	h.Routes(api)
	files := static.New(append(docs.Files(), browsable.Files, own.Files)...)
	docs.Routes(api, files.URL)
	files.Routes(api)
	api.Documents()
	return api, browsable.Pages(api, files.URL)
}

// classify says what an error of the database means for a client, and has the health
// looked at when the database may be the reason.
func classify(h *health.Health) func(error) *web.Problem {
	return func(err error) *web.Problem {
		p := database.Problem(err)
		if p != nil && p.Status == http.StatusServiceUnavailable {
			h.Doubt()
		}
		return p
	}
}

// surround puts the middlewares around h, in the order in which a request meets
// them.
func surround(h http.Handler, pages web.Middleware, c *config, log *slog.Logger, traced, counted web.Middleware) http.Handler {
	return web.Chain(h,
		middleware.Identify(c.TrustedProxies),
		middleware.ForgetHosts(c.AllowedHosts), // before pages, which would show the name
		traced,
		middleware.AccessLog(log),
		counted,
		middleware.Compress(),
		middleware.Recover(log),               // what panics while a page is made
		middleware.Deadline(c.RequestTimeout), // of a form it bounds both, to read and to change
		pages,
		middleware.Recover(log),              // what panics below, which becomes a page
		middleware.Hosts(middleware.IsProbe), // probes come by an address, and ask for nothing that names a host
		middleware.CrossOrigin(),
	)
}
