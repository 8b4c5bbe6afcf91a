// Package docs serves a page on which the API can be read and tried: Swagger UI,
// from a module that embeds it. Nothing is loaded from elsewhere, and nothing
// inline runs. It does not know the API but by its description.
package docs

import (
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/swaggest/swgui/v5/static"

	"example.com/templatesite/internal/web"
)

// page holds our page, and the script that starts Swagger UI on it.
//
//go:embed page
var page embed.FS

// policy lets the page use what comes from here, and nothing else. The icons of
// Swagger UI's stylesheet are data: URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Routes registers the page and its files.
func Routes(api *web.API) {
	api.Page("docs", "/docs", "The API, to read and to try", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		own(w, r, "index.html")
	})
	api.Page("docs-file", "/docs/{file}", "A file of the page", func(w http.ResponseWriter, r *http.Request) {
		switch file := r.PathValue("file"); file {
		case "start.js":
			own(w, r, file)
		case "swagger-ui-bundle.js", "swagger-ui.css":
			bundled(w, r, file)
		default:
			web.WriteProblem(w, r, web.ErrNotFound)
		}
	})
}

func own(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, page, path.Join("page", name))
}

// types are those of the files that are bundled.
var types = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// bundled serves a file of the module, which holds it compressed.
func bundled(w http.ResponseWriter, r *http.Request, name string) {
	file, err := static.FS.Open(name + ".gz")
	if err != nil {
		web.WriteProblem(w, r, web.ErrNotFound.Because(err))
		return
	}
	defer file.Close()
	header := w.Header()
	header.Set("Content-Type", types[path.Ext(name)])
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "max-age=86400")
	header.Set("Vary", "Accept-Encoding")
	var content io.Reader = file
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
	} else if content, err = gzip.NewReader(file); err != nil {
		web.WriteProblem(w, r, web.NewProblem(http.StatusInternalServerError, "The page is broken.").Because(err))
		return
	}
	// The status is sent: a client that is gone cannot be told anything more.
	_, _ = io.Copy(w, content)
}
