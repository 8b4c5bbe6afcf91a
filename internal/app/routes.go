package app

import (
	"io/fs"
	"log/slog"
	"net/http"
	"slices"

	"example.com/templatesite/internal/assets"
	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/swagger"
	"example.com/templatesite/internal/web"
)

// routes registers every URL of the service. It also returns the middleware that renders
// them as pages for browsers.
func (p *program) routes(db *database.DB, ready *health.Health, h hooks) (api *web.API, pages web.Middleware) {
	b := p.service.build()
	api = web.NewAPI(web.Options{
		Title:        p.service.Title,
		Description:  p.service.Description,
		Version:      b.Version,
		Source:       "https://" + b.Module,
		MaxBodyBytes: int64(p.config.MaxBodyBytes),
		Classify:     classify(p.service.Resources, ready),
		Retryable:    database.ConnectionLost,
		OnShed:       h.shed,
		TrackActive:  h.active,
	})
	files := assets.New(slices.Concat(swagger.Files(), []fs.FS{browsable.Files, p.service.Static})...)

	limited := api.WithLimit(int(p.config.MaxInFlight))
	for _, resource := range p.service.Resources {
		resource.Routes(limited, db.DB) // /RESOURCE/ and /RESOURCE/{id}
	}
	ready.Routes(api)              // /livez, /healthcheck, /healthcheck/
	swagger.Routes(api, files.URL) // /docs
	files.Routes(api)              // /static/{file}, /favicon.ico
	api.Documents()                // /, /openapi.json, /openapi.yaml
	return api, browsable.Pages(api, files.URL)
}

// classify returns a function that maps an error of the database to a problem. If the
// database is unavailable, it also triggers a health check.
func classify(resources []web.Resource, ready *health.Health) func(error) *web.Problem {
	problemOf := database.Classifier(resources)
	return func(err error) *web.Problem {
		problem := problemOf(err)
		if problem != nil && problem.Status == http.StatusServiceUnavailable {
			ready.Recheck()
		}
		return problem
	}
}

// middlewares returns the middlewares of the API, in the order in which a request meets them.
func (c *config) middlewares(log *slog.Logger, pages, traced, counted web.Middleware) []web.Middleware {
	return []web.Middleware{
		middleware.RequestInfo(c.TrustedProxies),
		middleware.ClearUnknownHosts(c.AllowedHosts), // before pages, which would show the name
		traced,
		middleware.AccessLog(log, health.IsProbe),
		counted,
		middleware.Compress(),
		middleware.Recover(log), // from a panic while a page is made
		middleware.Deadline(c.timeouts().request),
		pages,
		middleware.Recover(log), // from a panic of a handler, which becomes a page
		middleware.RefuseUnknownHosts(health.IsProbe), // probes use an address, and their responses name no host
		middleware.CrossOrigin(),
	}
}
