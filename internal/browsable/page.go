package browsable

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"

	"example.com/templatesite/internal/web"
)

//go:embed templates
var templates embed.FS

// inForm is a field and the id of its form, under which the ids of controls are
// unique on a page.
type inForm struct {
	Form  string
	Field *field
}

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"field": func(form string, f *field) inForm { return inForm{form, f} },
}).ParseFS(templates, "templates/*.html"))

// policy lets a page use its own files and its own forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (v *visit) render(w http.ResponseWriter) {
	var html bytes.Buffer
	if err := page.ExecuteTemplate(&html, "page.html", v.view()); err != nil {
		web.WriteProblem(w, v.request, web.NewProblem(http.StatusInternalServerError, "The page could not be made.").Because(err))
		return
	}
	header := w.Header()
	for name, values := range v.answer.header {
		if _, set := header[name]; !set && name != "Etag" && name != "Last-Modified" && name != "Content-Length" {
			header[name] = values
		}
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(html.Len()))
	// What is behind a page changes, and so do its forms: it is always asked for.
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.WriteHeader(v.answer.status)
	// The status is sent: a client that is gone cannot be told anything more.
	_, _ = w.Write(html.Bytes())
}
