package web

import (
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

var notAcceptable = NewProblem(http.StatusNotAcceptable, "This address answers with application/json.")

// acceptJSON refuses a request whose Accept header excludes JSON.
func acceptJSON(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if Quality(r.Header["Accept"], "application/json") == 0 && r.URL.Query().Get(formatParameter) != "json" {
		WriteProblem(w, r, notAcceptable)
		return
	}
	next(ctx)
}

// Quality returns the weight of mediaType in the Accept headers, from 0 (not acceptable) to 1
// (RFC 9110, section 12.5.1). The most specific range that matches decides; among equals, the
// first.
func Quality(accept []string, mediaType string) float64 {
	kind, _, _ := strings.Cut(mediaType, "/")
	best, result, empty := -1, 0.0, true
	for name, weight := range Weights(accept) {
		rank := -1
		switch empty = false; {
		case strings.EqualFold(name, mediaType):
			rank = 2
		case name == "*/*":
			rank = 0
		case strings.HasSuffix(name, "/*") && strings.EqualFold(name[:len(name)-2], kind):
			rank = 1
		}
		if rank > best {
			best, result = rank, weight
		}
	}
	if empty {
		return 1
	}
	return result
}

// Weights yields the elements of headers such as Accept and Accept-Encoding, without their
// parameters, and their weights (RFC 9110, section 12.4.2). The weight is 1 if an element has
// none, and 0 if it is malformed.
func Weights(header []string) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		for _, rest := range header {
			for rest != "" {
				var element string
				element, rest = cutUnquoted(rest, ',')
				name, parameters := cutUnquoted(element, ';')
				if name = strings.TrimSpace(name); name != "" && !yield(name, weight(parameters)) {
					return
				}
			}
		}
	}
}

func weight(parameters string) float64 {
	for parameters != "" {
		var parameter string
		parameter, parameters = cutUnquoted(parameters, ';')
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(value, 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}

// cutUnquoted is strings.Cut at the first separator outside of quoted strings (RFC 9110,
// section 5.6.4). A string that is not closed extends to the end.
func cutUnquoted(text string, separator byte) (before, after string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == separator:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
