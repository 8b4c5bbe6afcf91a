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

// routes registers every URL of the service, and makes the pages of them.
func (p *program) routes(db *database.DB, h *health.Health, told instruments) (api *web.API, pages web.Middleware) {
	b := p.service.build()
	api = web.NewAPI(web.Options{
		Title:        p.service.Name,
		Description:  p.service.Description,
		Version:      b.Version,
		Source:       "https://" + b.Module,
		MaxBodyBytes: int64(p.config.MaxBodyBytes),
		Classify:     classify(h),
		Retryable:    database.ConnectionLost,
		OnShed:       told.refused,
		TrackActive:  told.active,
	})
	bounded := api.WithLimit(int(p.config.MaxInFlight))
	for _, resource := range p.service.Resources {
		resource.Routes(bounded, db.DB)
	}
	h.Routes(api)
	files := assets.New(slices.Concat(swagger.Files(), []fs.FS{browsable.Files, p.service.Static})...)
	swagger.Routes(api, files.URL)
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
			h.Recheck()
		}
		return p
	}
}

// surround puts the middlewares around h, in the order in which a request meets
// them.
func surround(h http.Handler, pages web.Middleware, c *config, log *slog.Logger, traced, counted web.Middleware) http.Handler {
	return web.Chain(h,
		middleware.RequestInfo(c.TrustedProxies),
		middleware.ClearUnknownHosts(c.AllowedHosts), // before pages, which would show the name
		traced,
		middleware.AccessLog(log, health.IsProbe),
		counted,
		middleware.Compress(),
		middleware.Recover(log),               // what panics while a page is made
		middleware.Deadline(c.RequestTimeout), // of a form it bounds both, to read and to change
		pages,
		middleware.Recover(log), // what panics below, which becomes a page
		middleware.RefuseUnknownHosts(health.IsProbe), // probes come by an address, and ask for nothing that names a host
		middleware.CrossOrigin(),
	)
}
