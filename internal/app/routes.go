package app

import (
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/assets"
	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/swagger"
	"example.com/templatesite/internal/web"
)

// parts are what the routes are made of.
type parts struct {
	log      *slog.Logger
	db       *database.DB
	ready    *health.Health
	hooks    hooks    // feature: metrics
	traces   traces   // feature: traces
	provider provider // feature: oidc
}

// routes registers every URL of the service. It also returns the API with its middlewares, in
// the order in which a request meets them.
func (p *program) routes(s parts) (api *web.API, handler http.Handler) {
	b := p.service.build()

	// What can tell who a caller is, in the order in which it is asked, and where clients get a credential
	// besides those that the service issues.
	var identify []web.Identify
	schemes := map[string]*huma.SecurityScheme{}
	identify = append(identify, p.service.identifyToken(s.db.DB)...) // feature: tokens
	identify = append(identify, s.provider.identify()...)            // feature: oidc
	p.addProvider(schemes)                                           // feature: oidc

	api = web.NewAPI(web.Options{
		Title:        p.service.Title,
		Description:  p.service.Description,
		Version:      b.Version,
		Source:       "https://" + b.Module,
		MaxBodyBytes: int64(p.config.MaxBodyBytes),
		Classify:     classify(p.service.Resources, s.ready),
		Retryable:    database.ConnectionLost,
		Once:         p.service.once(s.db.DB),  // feature: idempotency
		Audit:        p.service.audit(s.db.DB), // feature: audit
		OnShed:       s.hooks.shed,             // feature: metrics
		TrackActive:  s.hooks.active,           // feature: metrics
		Throttle:     p.throttle(),             // feature: throttle
		Identify:     identify,
		Schemes:      schemes,

		Authentication: web.Authentication(p.config.Authentication),
	})
	p.addSessions(api, s) // /sign-in, /sign-out; before the operations whose callers they identify // feature: sessions
	limited := api.WithLimit(int(p.config.MaxInFlight))
	for _, resource := range p.service.Resources {
		resource.Routes(limited.For(resource.Name), s.db.DB) // /RESOURCE/ and /RESOURCE/{id}
	}
	s.ready.Routes(api)                 // /livez, /healthcheck, /healthcheck/
	files := assets.New(p.folders()...) // feature: assets
	swagger.Routes(api, files.URL)      // /docs // feature: docs
	files.Routes(api)                   // /static/{file}, /favicon.ico // feature: assets
	api.Documents()                     // /, /openapi.json, /openapi.yaml

	return api, web.Chain(api,
		middleware.RequestInfo(p.config.TrustedProxies),
		middleware.ClearUnknownHosts(p.config.AllowedHosts), // before anything could show the name
		s.traces.requests, // feature: traces
		middleware.AccessLog(s.log, health.IsProbe),
		s.hooks.requests,                         // feature: metrics
		middleware.CORS(p.config.AllowedOrigins), // feature: cors
		middleware.Compress(),
		middleware.Recover(s.log), // from a panic of what follows
		middleware.Deadline(p.config.timeouts().request),
		browsable.Pages(api, files.URL),               // feature: pages
		middleware.Recover(s.log),                     // from a panic of a handler, which becomes a page // feature: pages
		middleware.RefuseUnknownHosts(health.IsProbe), // probes use an address, and their responses name no host
		middleware.CrossOrigin(p.trustedOrigins()...),
	)
}

// trustedOrigins returns the other origins whose pages may change something here.
func (p *program) trustedOrigins() (all []string) {
	all = append(all, p.config.AllowedOrigins...) // feature: cors
	return all
}

// feature: assets
// folders returns the folders of the files that are served below /static/.
func (p *program) folders() []fs.FS {
	var all []fs.FS
	all = append(all, swagger.Files()...) // feature: docs
	all = append(all, browsable.Files)    // feature: pages
	if p.service.Static != nil {          // feature: static
		all = append(all, p.service.Static)
	}
	return all
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
