package browsable

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// conditions are headers that refer to one version of the JSON. A page is another
// representation, so they do not apply to it.
var conditions = []string{"If-None-Match", "If-Modified-Since", "Range", "If-Range"}

// forHandlers returns r as a program would have sent it: it asks for JSON, without the
// page's own parameters. isAPI means that the handlers answer with JSON.
func forHandlers(r *http.Request, operations map[string]*huma.Operation, isAPI bool) *http.Request {
	c := r.Clone(r.Context())
	c.Header.Set("Accept", "application/json")
	if isAPI && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		for _, name := range conditions {
			c.Header.Del(name)
		}
	}
	c.URL.RawQuery = withoutFormat(r.URL.RawQuery, operations[http.MethodGet])
	return c
}

// answersJSON reports whether a method answers with JSON: OPTIONS always does, the
// others if the description says so.
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
// browser sends every control of a form, including the empty ones. The rest is left
// as it was written; the handlers refuse malformed parts.
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
