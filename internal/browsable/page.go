package browsable

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"sync"

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

// buffers hold pages until they are whole: what fails half way becomes a problem.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (v *visit) render(w http.ResponseWriter) {
	// Also a request whose time is over gets a page that says so.
	if !v.making.Take(context.WithoutCancel(v.request.Context())) {
		v.refuse(w, v.request)
		return
	}
	html := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(html)
	if err := v.make(html); err != nil {
		web.WriteProblem(w, v.request, web.NewProblem(http.StatusInternalServerError, "The page could not be made.").Because(err))
		return
	}
	header := w.Header()
	for name, values := range v.answer.header {
		if _, set := header[name]; !set && name != "Etag" && name != "Last-Modified" && name != "Content-Length" {
			header[name] = values
		}
	}
	web.SetPageHeader(header, policy)
	header.Set("Content-Length", strconv.Itoa(html.Len()))
	// What is behind a page changes, and so do its forms: it is always asked for.
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(v.answer.status)
	// The status is sent: a client that is gone cannot be told anything more.
	_, _ = w.Write(html.Bytes())
}

// make writes the page, and ends the turn: a client may take its time to read.
func (v *visit) make(html *bytes.Buffer) error {
	defer v.making.GiveBack()
	html.Reset()
	return page.ExecuteTemplate(html, "page.html", v.view())
}
