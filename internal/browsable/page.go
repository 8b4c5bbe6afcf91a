package browsable

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

//go:embed templates
var templates embed.FS

// inForm is a field and the id of its form.
type inForm struct {
	Form  string
	Field *field
}

// ID is the id of the field's control.
func (f inForm) ID() string { return controlID(f.Form, f.Field.Name) }

// controlID returns the id of a control. Fields may have any name, so ids that begin with a
// form and a dash belong to fields, and all other ids of a page begin otherwise.
func controlID(form, name string) string {
	return form + "-" + strings.ReplaceAll(url.QueryEscape(name), "%", "=") // without spaces, which separate ids
}

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"field": func(form string, f *field) inForm { return inForm{form, f} },
}).ParseFS(templates, "templates/*.html"))

// policy lets a page use its own files and its own forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// buffers hold pages until they are whole: what fails half way becomes a problem.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keep returns a buffer for the next page, unless it is larger than most pages need.
func keep(html *bytes.Buffer) {
	if html.Cap() <= maxJSON {
		buffers.Put(html)
	}
}

// extraTime is how long a page may take to say that the time of its request is over.
const extraTime = time.Second

// lifetime returns the context in which the page is made. It is that of the request, or a
// short one of its own when that of the request has ended and the page says so. No page is made
// for a client that went away.
func (v *visit) lifetime() (context.Context, context.CancelFunc) {
	ctx := v.request.Context()
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), context.Canceled) {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), extraTime)
}

func (v *visit) render(w http.ResponseWriter) {
	ctx, cancel := v.lifetime()
	defer cancel()
	took := v.making.Acquire(ctx)
	if !took && ctx.Err() == nil {
		v.refuse(w, v.request)
		return
	}
	html := buffers.Get().(*bytes.Buffer)
	defer keep(html)
	err := ctx.Err()
	if took {
		err = v.make(ctx, html)
	}
	if err != nil {
		web.WriteProblem(w, v.request, failed(ctx).WithCause(err))
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
func (v *visit) make(ctx context.Context, html *bytes.Buffer) error {
	defer v.making.Release()
	html.Reset()
	if err := ctx.Err(); err != nil {
		return err
	}
	return page.ExecuteTemplate(inTime{ctx, html}, "page.html", v.view())
}

// inTime stops a template when its context ends.
type inTime struct {
	ctx context.Context
	to  *bytes.Buffer
}

func (w inTime) Write(text []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.to.Write(text)
}

// failed says why there is no page.
func failed(ctx context.Context) *web.Problem {
	switch {
	case errors.Is(context.Cause(ctx), web.ErrStopping):
		return web.ErrStopping
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return web.ErrTimeout
	case ctx.Err() != nil:
		return web.NewProblem(web.StatusClientClosedRequest, "The client went away.")
	}
	return web.NewProblem(http.StatusInternalServerError, "The page could not be made.")
}
