package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Mux routes requests with http.ServeMux, and answers with problems where
// ServeMux would answer with plain text: 404, 405 with Allow, and OPTIONS.
type Mux struct {
	mux     *http.ServeMux
	methods map[string][]string
	// describe returns what may be sent to a path, for OPTIONS, and sets the headers that
	// say so.
	describe func(path string, header http.Header) any
	active   func(route string) (begin, end func())
}

func newMux(active func(route string) (begin, end func())) *Mux {
	m := &Mux{mux: http.NewServeMux(), methods: map[string][]string{}, active: active}
	m.handle("/", func(w http.ResponseWriter, r *http.Request) {
		WriteProblem(w, r, ErrNotFound)
	})
	return m
}

// handle registers h for a pattern of http.ServeMux.
func (m *Mux) handle(pattern string, h http.HandlerFunc) {
	if m.active == nil {
		m.mux.HandleFunc(pattern, h)
		return
	}
	begin, end := m.active(route(pattern))
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		begin()
		defer end()
		h(w, r)
	})
}

// HandleFunc registers h for a pattern of the form "METHOD /path". A path that
// ends in a slash is that path alone, not all that is below it; {name...} at its
// end is all of that.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	exact := path
	if strings.HasSuffix(path, "/") {
		exact += "{$}"
	}
	path = describedPath(path)
	if len(m.methods[path]) == 0 {
		m.handle(exact, func(w http.ResponseWriter, r *http.Request) { m.otherMethod(w, r, path) })
	}
	m.methods[path] = append(m.methods[path], method)
	m.handle(method+" "+exact, h)
}

// describedPath returns a path as OpenAPI writes it, which knows no {name...}.
func describedPath(path string) string { return strings.Replace(path, "...}", "}", 1) }

// ServeHTTP serves r, and leaves the route that matched in the request's Info,
// also when the handler panics.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if route := route(r.Pattern); route != "" {
			InfoFrom(r.Context()).Route = route
		}
	}()
	switch { // what ServeMux would answer by itself
	case r.Method == http.MethodConnect: // we are no proxy
		WriteProblem(w, r, ErrNotFound)
		return
	case r.RequestURI == "*" && r.Method == http.MethodOptions: // whether anybody is here
		w.WriteHeader(http.StatusNoContent)
		return
	case r.RequestURI == "*":
		WriteProblem(w, r, NewProblem(http.StatusBadRequest, "Only OPTIONS can be asked of *, which is no address."))
		return
	}
	// Parsing drops what it cannot read: a filter that is misspelt would show all.
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		WriteProblem(w, r, NewProblem(http.StatusBadRequest, "The query is malformed.",
			FieldError{Message: malformedQuery(r.URL.RawQuery), Location: "query"}))
		return
	}
	keepPlainRange(r)
	m.mux.ServeHTTP(w, r)
}

// maxParameters is how many parameters net/url reads.
const maxParameters = 10_000

// malformedQuery says why a query cannot be read.
func malformedQuery(query string) string {
	switch {
	case strings.Contains(query, ";"):
		return "has a semicolon; write %3B"
	case strings.Count(query, "&") >= maxParameters:
		return "has too many parameters"
	}
	return "is not percent-encoded as it must be"
}

// Match returns the path that r would be served under, as it was registered, or
// nothing when there is none.
func (m *Mux) Match(r *http.Request) string {
	_, pattern := m.mux.Handler(r)
	return describedPath(route(pattern))
}

// route is the path of a pattern, or nothing for the one that matches the rest.
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

// Paths returns every path that was registered, in order.
func (m *Mux) Paths() []string { return slices.Sorted(maps.Keys(m.methods)) }

// Allow returns the methods that path answers, as the header of that name.
func (m *Mux) Allow(path string) string {
	allow := append([]string{http.MethodOptions}, m.methods[path]...)
	if slices.Contains(allow, http.MethodGet) {
		allow = append(allow, http.MethodHead)
	}
	slices.Sort(allow)
	return strings.Join(allow, ", ")
}

func (m *Mux) otherMethod(w http.ResponseWriter, r *http.Request, path string) {
	allow := m.Allow(path)
	if r.Method != http.MethodOptions {
		WriteProblem(w, r, NewProblem(http.StatusMethodNotAllowed,
			"This address does not support that method. It supports "+allow+".").with("Allow", allow))
		return
	}
	w.Header().Set("Allow", allow)
	w.Header().Set("Content-Type", "application/json")
	_ = writeJSON(w, m.describe(path, w.Header()))
}
