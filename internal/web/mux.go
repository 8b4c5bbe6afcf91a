package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Mux routes requests with http.ServeMux. Where ServeMux answers with plain text it answers
// with a problem: 404, and 405 with Allow. It also answers OPTIONS.
type Mux struct {
	mux     *http.ServeMux
	methods map[string][]string
	// describe returns the response to OPTIONS for a path, and may set headers.
	describe func(path string, header http.Header) any
	// guard surrounds each handler of a method and a path.
	guard       func(method, path string, h http.HandlerFunc) http.HandlerFunc
	trackActive func(route string) (begin, end func())
}

// NewMux returns a Mux without routes. For trackActive, which may be nil, see Options.
func NewMux(trackActive func(route string) (begin, end func())) *Mux {
	m := &Mux{mux: http.NewServeMux(), methods: map[string][]string{}, trackActive: trackActive}
	m.describe = func(path string, _ http.Header) any { return description{Path: path} }
	m.guard = func(_, _ string, h http.HandlerFunc) http.HandlerFunc { return h }
	m.handle("/", func(w http.ResponseWriter, r *http.Request) {
		WriteProblem(w, r, ErrNotFound)
	})
	return m
}

// handle registers h for a pattern of http.ServeMux.
func (m *Mux) handle(pattern string, h http.HandlerFunc) {
	if m.trackActive == nil {
		m.mux.HandleFunc(pattern, h)
		return
	}
	begin, end := m.trackActive(route(pattern))
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		begin()
		defer end()
		h(w, r)
	})
}

// HandleFunc registers h for a pattern of the form "METHOD /path". A path that ends in a
// slash matches that path alone, not the paths below it; {name...} at the end matches those.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	exact := path
	if strings.HasSuffix(path, "/") {
		exact += "{$}"
	}
	path = describedPath(path)
	if len(m.methods[path]) == 0 {
		m.handle(exact, m.otherMethods(path))
	}
	m.methods[path] = append(m.methods[path], method)
	m.handle(method+" "+exact, m.guard(method, path, h))
}

// describedPath returns a path in the syntax of OpenAPI, which has no {name...}.
func describedPath(path string) string { return strings.Replace(path, "...}", "}", 1) }

// ServeHTTP serves r. It sets Route in the request's Info, even if the handler panics.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if route := route(r.Pattern); route != "" {
			InfoFrom(r.Context()).Route = route
		}
	}()
	switch { // ServeMux would answer these with plain text
	case r.Method == http.MethodConnect: // this is not a proxy
		WriteProblem(w, r, ErrNotFound)
		return
	case r.RequestURI == "*" && r.Method == http.MethodOptions: // a ping
		w.WriteHeader(http.StatusNoContent)
		return
	case r.RequestURI == "*":
		WriteProblem(w, r, NewProblem(http.StatusBadRequest, "Only OPTIONS can be sent to *, which is not an address."))
		return
	}
	// URL.Query drops what it cannot parse: without its filter, a list would show everything.
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		WriteProblem(w, r, NewProblem(http.StatusBadRequest, "The query is malformed.",
			FieldError{Message: malformedQuery(r.URL.RawQuery), Location: "query"}))
		return
	}
	keepPlainRange(r)
	m.mux.ServeHTTP(w, r)
}

// maxParameters is how many parameters net/url accepts.
const maxParameters = 10_000

// malformedQuery says why net/url cannot parse a query.
func malformedQuery(query string) string {
	switch {
	case strings.Contains(query, ";"):
		return "has a semicolon; write %3B"
	case strings.Count(query, "&") >= maxParameters:
		return "has too many parameters"
	}
	return "is not correctly percent-encoded"
}

// Match returns the registered path that would serve r, or "".
func (m *Mux) Match(r *http.Request) string {
	_, pattern := m.mux.Handler(r)
	return describedPath(route(pattern))
}

// route is the path of a pattern, or "" for the pattern that matches everything else.
func route(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		path = pattern
	}
	if path == "/" {
		return ""
	}
	return strings.TrimSuffix(path, "{$}")
}

// Paths returns every registered path, sorted.
func (m *Mux) Paths() []string { return slices.Sorted(maps.Keys(m.methods)) }

// Allow returns the methods of a path as the value of the header Allow.
func (m *Mux) Allow(path string) string {
	allow := append([]string{http.MethodOptions}, m.methods[path]...)
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	slices.Sort(allow)
	return strings.Join(allow, ", ")
}

// otherMethods answers OPTIONS, and refuses the methods that a path does not have.
func (m *Mux) otherMethods(path string) http.HandlerFunc {
	options := m.guard(http.MethodOptions, path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", m.Allow(path))
		w.Header().Set("Content-Type", "application/json")
		_ = writeJSON(w, m.describe(path, w.Header()))
	})
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			options(w, r)
			return
		}
		allow := m.Allow(path)
		WriteProblem(w, r, NewProblem(http.StatusMethodNotAllowed,
			"This address does not support that method. It supports "+allow+".").with("Allow", allow))
	}
}
