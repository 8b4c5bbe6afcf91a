package browsable

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// wantsPage reports whether r prefers a page to JSON: by ?format=, else by Accept
// (RFC 9110, section 12.5.1). Whoever takes both alike gets JSON. It runs for every
// request, so what programs usually send is decided at a glance.
func wantsPage(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "//") {
		return false // as a link on a page, it would lead to another host
	}
	if strings.Contains(r.URL.RawQuery, "format=") {
		switch r.URL.Query().Get("format") {
		case "html":
			return true
		case "json":
			return false
		}
	}
	accept := r.Header["Accept"]
	if !slices.ContainsFunc(accept, mayMeanHTML) {
		return false
	}
	return web.Quality(accept, "text/html") > web.Quality(accept, "application/json")
}

func mayMeanHTML(accept string) bool {
	accept = strings.ToLower(accept)
	return strings.Contains(accept, "html") || strings.Contains(accept, "text/*")
}

// conditions name a version of JSON, and a page is none.
var conditions = []string{"If-None-Match", "If-Modified-Since", "Range", "If-Range"}

// asJSON returns r as a program would have sent it, which is what the handlers
// see; data says that they answer with JSON. Links in the answer do not repeat how
// this one was asked for.
func asJSON(r *http.Request, operations map[string]*huma.Operation, data bool) *http.Request {
	c := r.Clone(r.Context())
	c.Header.Set("Accept", "application/json")
	if data && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		for _, name := range conditions {
			c.Header.Del(name)
		}
	}
	c.URL.RawQuery = withoutFormat(r.URL.RawQuery, operations[http.MethodGet])
	web.InfoFrom(r.Context()).URL = c.URL
	return c
}

// answersJSON reports whether a method answers with JSON: OPTIONS always does, the
// others when they are described so.
func answersJSON(operations map[string]*huma.Operation, method string) bool {
	switch method {
	case http.MethodOptions:
		return true
	case http.MethodHead:
		method = http.MethodGet
	}
	op := operations[method]
	if op == nil {
		return false
	}
	for _, response := range op.Responses {
		if response.Content["application/json"] != nil {
			return true
		}
	}
	return false
}

// withoutFormat removes format from the query, and the parameters of get that are empty: a
// form sends each of its controls, also those that were left empty. The rest stays as it
// was written; the handlers refuse what is malformed.
func withoutFormat(query string, get *huma.Operation) string {
	if _, err := url.ParseQuery(query); err != nil {
		return query
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != "format" && pair != "" && (value != "" || !isParameter(get, name)) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func isParameter(op *huma.Operation, name string) bool {
	name, err := url.QueryUnescape(name)
	return err == nil && op != nil && slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name })
}

// withFormat returns the URL that forces a format.
func withFormat(u *url.URL, format string) string {
	query := u.RawQuery
	if query != "" {
		query += "&"
	}
	return u.EscapedPath() + "?" + query + "format=" + format
}
