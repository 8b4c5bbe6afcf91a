package web

import (
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Options configure an API. The functions may be nil unless their comment says otherwise.
type Options struct {
	// Title, Description and Version appear in the OpenAPI description.
	Title, Description, Version string
	// Source is the URL of the source code. The index links to it.
	Source string
	// MaxBodyBytes is the largest request body that is accepted; a larger one is a 413.
	MaxBodyBytes int64
	// Classify returns the problem for a database error, or nil if it does not recognise
	// the error, which is then a 500. If Classify is nil, it recognises none.
	Classify func(error) *Problem
	// Retryable reports whether a read may be repeated after this error. If nil, reads are
	// not repeated.
	Retryable func(error) bool
	// Once carries out each POST that has an Idempotency-Key. If nil, the header is not described,
	// and ignored.
	Once Once // feature: idempotency
	// Audit carries out and records each operation that is no GET, HEAD or OPTIONS. If nil, nothing
	// is recorded.
	Audit Audit // feature: audit
	// Authentication says which operations need a caller. If empty, none does.
	Authentication Authentication
	// Identify are asked in this order who a caller is, until one knows. If there are none, no
	// credential is valid.
	Identify []Identify
	// Throttle bounds how much one client may ask for. If nil, nothing does.
	Throttle Throttle // feature: throttle
	// Schemes say, by their name in the description, where else clients get a credential that they
	// send as a bearer token.
	Schemes map[string]*huma.SecurityScheme
	// OnShed is called for each request that is refused because of overload: a read or a
	// change.
	OnShed func(reads bool)
	// TrackActive is called once for each route, which is empty for paths without one. The
	// functions that it returns are called when a request of that route begins and ends.
	TrackActive func(route string) (begin, end func())
}

// API is where operations are registered. It is an http.Handler. Once the last operation
// is registered it does not change, and is safe for concurrent use.
type API struct {
	huma.API
	*Mux
	options Options
	bodies  *bodyBudget
	limits  limits
	// resource is the one that operations belong to, or empty. owned means that its rows have owners.
	resource string
	owned    bool
}

// NewAPI returns an API with no operations.
func NewAPI(options Options) *API {
	if options.Classify == nil {
		options.Classify = func(error) *Problem { return nil }
	}
	configureHuma()
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: options.Title, Description: options.Description, Version: options.Version},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
			Servers:    []*huma.Server{{URL: "/", Description: "This service."}},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
	}
	mux := NewMux(options.TrackActive)
	a := &API{API: huma.NewAPI(config, humago.NewAdapter(mux, "")), Mux: mux, options: options, bodies: newBodyBudget()}
	mux.describe, mux.guard = a.describe, a.guard
	return a
}

// schemaName puts the package before the name of a type, since several resources may have a
// type called Fields.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.PkgPath() == "" || pkg == "web" || strings.EqualFold(pkg, name) {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// Resolve returns the schema that s refers to, or s itself if it is not a reference.
func (a *API) Resolve(s *huma.Schema) *huma.Schema {
	return resolve(a.OpenAPI().Components.Schemas, s)
}

func resolve(registry huma.Registry, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return registry.SchemaFromRef(s.Ref)
	}
	return s
}

// ServeHTTP serves one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.Mux.ServeHTTP(w, r) }
