package browsable

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

//go:embed templates
var templates embed.FS

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"field": func(form string, f *field) inForm { return inForm{form, f} },
}).ParseFS(templates, "templates/*.html"))

// policy lets a page use its own files and its own forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// refuse answers with a plain problem, because too many pages are being rendered.
func (s *site) refuse(w http.ResponseWriter, r *http.Request) {
	web.WriteProblem(w, r, s.api.Shed(r.Method == http.MethodGet || r.Method == http.MethodHead))
}

// render answers with the page, or with a problem if the page is not rendered in time.
func (p *pageRequest) render(w http.ResponseWriter) {
	ctx, cancel := p.renderContext()
	defer cancel()
	acquired := p.renderLimit.Acquire(ctx)
	if !acquired && ctx.Err() == nil {
		p.refuse(w, p.request)
		return
	}
	html := buffers.Get().(*bytes.Buffer)
	defer putBuffer(html)
	err := ctx.Err()
	if acquired {
		err = p.execute(ctx, html)
	}
	if err != nil {
		web.WriteProblem(w, p.request, renderProblem(ctx).WithCause(err))
		return
	}
	header := w.Header()
	for name, values := range p.answer.header {
		if _, set := header[name]; !set && name != "Etag" && name != "Last-Modified" && name != "Content-Length" {
			header[name] = values
		}
	}
	web.SetPageHeader(header, policy)
	header.Set("Content-Length", strconv.Itoa(html.Len()))
	// The forms contain the version of the resource: in a cached page it would be outdated.
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(p.answer.status)
	_, _ = w.Write(html.Bytes()) // the status is sent: an error can no longer be reported
}

// extraTime is how long rendering the page that reports a timeout may take.
const extraTime = time.Second

// renderContext returns the context in which the page is rendered: that of the request or, if
// that has timed out, a short one for the page that says so. A client that has disconnected
// gets no page.
func (p *pageRequest) renderContext() (context.Context, context.CancelFunc) {
	ctx := p.request.Context()
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), context.Canceled) {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), extraTime)
}

// buffers hold pages until they are complete, so that an error can still become a problem.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// putBuffer keeps a buffer for the next page, unless it is larger than most pages need.
func putBuffer(html *bytes.Buffer) {
	if html.Cap() <= maxJSON {
		buffers.Put(html)
	}
}

// execute writes the page into html. It releases renderLimit before the page is sent: a
// slow client must not keep other pages waiting.
func (p *pageRequest) execute(ctx context.Context, html *bytes.Buffer) error {
	defer p.renderLimit.Release()
	html.Reset()
	if err := ctx.Err(); err != nil {
		return err
	}
	return page.ExecuteTemplate(contextWriter{ctx, html}, "page.html", p.view())
}

// contextWriter stops a template when its context ends.
type contextWriter struct {
	ctx context.Context
	to  *bytes.Buffer
}

func (w contextWriter) Write(text []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.to.Write(text)
}

// renderProblem says why there is no page.
func renderProblem(ctx context.Context) *web.Problem {
	switch {
	case errors.Is(context.Cause(ctx), web.ErrStopping):
		return web.ErrStopping
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return web.ErrTimeout
	case ctx.Err() != nil:
		return web.NewProblem(web.StatusClientClosedRequest, "The client went away.")
	}
	return web.NewProblem(http.StatusInternalServerError, "The page could not be rendered.")
}
