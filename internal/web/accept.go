package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

var notAcceptable = NewProblem(http.StatusNotAcceptable, "This address answers with application/json.")

// acceptJSON refuses a request whose Accept leaves no room for JSON, so that a
// client never gets what it said it cannot read.
func acceptJSON(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if Quality(r.Header["Accept"], "application/json") == 0 && r.URL.Query().Get("format") != "json" {
		WriteProblem(w, r, notAcceptable)
		return
	}
	next(ctx)
}

// Quality returns how much Accept wants mediaType, from 0 (not at all) to 1, by
// RFC 9110, section 12.5.1: the most specific range that matches decides.
func Quality(accept []string, mediaType string) float64 {
	if strings.Join(accept, "") == "" {
		return 1
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	best, result := -1, 0.0
	for element := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(element))
		if err != nil {
			continue
		}
		specific := map[string]int{"*/*": 0, kind + "/*": 1, mediaType: 2}
		rank, ok := specific[name]
		if !ok || rank <= best {
			continue
		}
		q := 1.0
		if weight, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(weight, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		best, result = rank, q
	}
	return result
}
