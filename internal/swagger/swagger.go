// Package swagger serves Swagger UI, a page for reading and trying the API. Its files come from
// a module that embeds them: the page loads nothing from other hosts and runs no inline
// script. It knows the API only by its OpenAPI description.
package swagger

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"slices"

	"github.com/swaggest/swgui/v5/static"

	"example.com/templatesite/internal/web"
)

var (
	//go:embed page.html
	page string
	// script starts Swagger UI on the page.
	//go:embed docs.js
	script embed.FS
)

// policy lets the page use only what this service serves. The icons in Swagger UI's
// stylesheet are data: URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Files returns the folders of the files that the page loads.
func Files() []fs.FS { return []fs.FS{script, bundle{static.FS}} }

// bundle is the folder of the module, reduced to the two files that the page needs.
type bundle struct{ embed.FS }

// ReadDir lists these two files.
func (b bundle) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := b.FS.ReadDir(name)
	return slices.DeleteFunc(entries, func(entry fs.DirEntry) bool {
		return entry.Name() != "swagger-ui-bundle.js.gz" && entry.Name() != "swagger-ui.css.gz"
	}), err
}

// Routes registers the page as /docs. url returns the URL of one of Files, by its name.
func Routes(api *web.API, url func(name string) string) {
	var text bytes.Buffer
	parsed := template.Must(template.New("page.html").Funcs(template.FuncMap{"url": url}).Parse(page))
	if err := parsed.Execute(&text, nil); err != nil {
		panic(err) // a file that the page loads is missing
	}
	api.Page("docs", "/docs", "The API, to read and try", func(w http.ResponseWriter, _ *http.Request) {
		web.SetPageHeader(w.Header(), policy)
		_, _ = w.Write(text.Bytes()) // the status is sent: an error can no longer be reported
	}).Security = web.Open
}
