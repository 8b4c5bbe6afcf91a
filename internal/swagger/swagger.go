// Package swagger serves a page on which the API can be read and tried: Swagger UI,
// from a module that embeds it. Nothing is loaded from elsewhere, and nothing
// inline runs. It does not know the API but by its description.
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

// policy lets the page use what comes from here, and nothing else. The icons of
// Swagger UI's stylesheet are data: URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Files are the folders of what the page loads.
func Files() []fs.FS { return []fs.FS{script, bundle{static.FS}} }

// bundle is the folder of the module, with the two files in it that we need.
type bundle struct{ embed.FS }

// ReadDir lists the two.
func (b bundle) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := b.FS.ReadDir(name)
	return slices.DeleteFunc(entries, func(entry fs.DirEntry) bool {
		return entry.Name() != "swagger-ui-bundle.js.gz" && entry.Name() != "swagger-ui.css.gz"
	}), err
}

// Routes registers the page. The function says where a file is by its name.
func Routes(api *web.API, url func(name string) string) {
	var text bytes.Buffer
	parsed := template.Must(template.New("page.html").Funcs(template.FuncMap{"url": url}).Parse(page))
	if err := parsed.Execute(&text, nil); err != nil {
		panic(err) // a file that the page loads is missing
	}
	api.Page("docs", "/docs", "The API, to read and to try", func(w http.ResponseWriter, _ *http.Request) {
		web.SetPageHeader(w.Header(), policy)
		// A client that is gone cannot be told anything more.
		_, _ = w.Write(text.Bytes())
	})
}
