// Package browsable shows the API in a browser: a client that prefers text/html gets the
// answer of any URL as a page, with links to follow and forms to try. A page is made from
// the OpenAPI description and from the JSON that the handlers answer, so a resource needs
// no code for it.
//
// The package does not know the resources and decides nothing: a form goes through the
// same middlewares and handlers as the request of a program.
//
// Its files, in the order in which a request meets them; each uses only those below it:
//
//	browsable.go        the middleware: does the client want a page?
//	page_request.go     the path of one request: form, handlers, then a redirect or a page
//	handler_request.go  the request that the handlers see
//	render.go           renders the page, and limits how many are rendered at a time
//	view.go             what the page shows
//	links.go            its links
//	form.go             its forms, and the filter of a collection
//	fill.go             values put into controls
//	encode.go           values of controls turned into JSON
//	field.go            controls made from a schema
//	reference.go        the row that a control refers to
//	constraint.go       what a control accepts
//	date_time.go        the control of a time
//	submission.go       a form as the browser sent it
//	capture.go          the response of the handlers
//	highlight.go        JSON as HTML, with curl.go, indent.go and json.go
//	bounds.go           the largest sizes of what a page repeats
package browsable

import (
	"embed"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// Files are the files that the pages load.
//
//go:embed browsable.css browsable.js browsable.svg
var Files embed.FS

// Pages answers a client that prefers HTML with a page. It must be outside of the
// middlewares that respond with problems, so that problems become pages, too. asset returns
// the URL of one of Files.
func Pages(api *web.API, asset func(name string) string) web.Middleware {
	s := &site{
		api: api, schemas: schemas{api},
		renderLimit: web.NewLimiter(runtime.GOMAXPROCS(0)),
		assets:      assets{Style: asset("browsable.css"), Script: asset("browsable.js"), Icon: asset("browsable.svg")},
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Vary"] = addAccept(w.Header()["Vary"])
			switch {
			case !wantsPage(r):
				next.ServeHTTP(w, r)
			case s.renderLimit.Full(): // before anything is read or changed
				s.refuse(w, r)
			default:
				s.servePage(w, r, next)
			}
		})
	}
}

// wantsPage reports whether r prefers a page to JSON: by ?format= or else by Accept
// (RFC 9110, section 12.5.1). A client that accepts both equally gets JSON. It runs for
// every request, so the usual requests of programs are decided quickly.
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

// encodingAndAccept is the Vary header of nearly all responses. Sharing it saves an allocation.
var encodingAndAccept = []string{"Accept-Encoding", "Accept"}

// addAccept adds Accept to a Vary header.
func addAccept(vary []string) []string {
	if slices.Equal(vary, encodingAndAccept[:1]) {
		return encodingAndAccept
	}
	return append(vary, "Accept")
}
