// Package browsable shows the API to people: whoever asks for text/html gets the
// answer of any URL as a page, with links to follow and forms to try. The page is
// made from the OpenAPI description and from the JSON that the handlers answer, so
// a resource has it without doing anything for it.
//
// It does not know the resources, and it decides nothing: what a form sends goes
// through the same middlewares and handlers as what a program sends.
package browsable

import (
	"embed"
	"net/http"
	"runtime"
	"slices"

	"example.com/templatesite/internal/web"
)

// Files are what the pages load.
//
//go:embed browsable.css browsable.js browsable.svg
var Files embed.FS

// Pages answers with a page whoever prefers one. It stands outside of the
// middlewares that answer with problems, so that these are pages, too. asset
// returns the URL of one of Files.
func Pages(api *web.API, asset func(name string) string) web.Middleware {
	s := &site{
		api:    api,
		making: web.NewLimiter(runtime.GOMAXPROCS(0)),
		Style:  asset("browsable.css"), Script: asset("browsable.js"), Icon: asset("browsable.svg"),
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Vary"] = andAccept(w.Header()["Vary"])
			switch {
			case !wantsPage(r):
				next.ServeHTTP(w, r)
			case s.making.Full(): // before anything is read or changed
				s.refuse(w, r)
			default:
				s.visit(w, r, next)
			}
		})
	}
}

// encodingAndAccept is what nearly every answer depends on: it is shared by all of them.
var encodingAndAccept = []string{"Accept-Encoding", "Accept"}

// andAccept adds Accept to what an answer depends on.
func andAccept(vary []string) []string {
	if slices.Equal(vary, encodingAndAccept[:1]) {
		return encodingAndAccept
	}
	return append(vary, "Accept")
}

// site is what all pages share.
type site struct {
	api *web.API
	// making bounds how many pages are made at once: one takes ten times the memory of
	// what it shows.
	making              *web.Limiter
	Style, Script, Icon string
}

// refuse answers with a problem that is no page, as too many are being made.
func (s *site) refuse(w http.ResponseWriter, r *http.Request) {
	web.WriteProblem(w, r, s.api.Shed(r.Method == http.MethodGet || r.Method == http.MethodHead))
}
