package browsable

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

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

// view is what a page shows.
type view struct {
	*site
	Site, Version, Title, Lead string
	Index                      bool
	Documents                  []link
	Crumbs                     []crumb
	Notice                     string
	Problem                    *problem
	// Groups are the links of an answer that has nothing else.
	Groups []group
	// Now is the resource as somebody else left it meanwhile.
	Now                 template.HTML
	Conflict            *form
	Method, Path, Query string
	Status              int
	StatusText, Allow   string
	Headers             []header
	Body                template.HTML
	First, Next         string
	Filter              []*field
	// Sent says that the page answers a form.
	Sent                   bool
	Forms                  []*form
	Curl, JSONURL, Request string
}

type (
	header struct {
		Name  string
		Value template.HTML
	}
	problem struct {
		Title, Detail string
		Places        []place
	}
	// place is one thing that is wrong; Control is the id of the control for it.
	place struct{ Message, Location, Control string }
	// crumb is one step of the path; without a URL nothing is there.
	crumb struct{ Name, URL string }
)

// policy lets a page use its own files and its own forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// internals are headers that belong to the JSON or to every answer alike.
var internals = []string{"Content-Length", "Content-Security-Policy", "X-Content-Type-Options", "Vary"}

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

func (v *visit) view() *view {
	about := v.api.OpenAPI().Info
	url := v.request.URL
	body := jsontext.Value(v.answer.body.Bytes())
	p := &view{
		site: v.site, Site: about.Title, Version: about.Version, Index: url.Path == "/", Documents: v.documents(), Crumbs: v.crumbs(), Notice: v.notice,
		Method: v.request.Method, Path: url.Path, Query: url.RawQuery,
		Status: v.answer.status, StatusText: http.StatusText(v.answer.status), Allow: v.allow(),
		Headers: headers(v.answer.header), Body: highlight(body), Request: v.info.ID,
		JSONURL: withFormat(url, "json"), Filter: v.filter(), Groups: v.groups(body),
	}
	p.Title, p.Lead = v.title(p)
	p.Curl = v.curl(p.Method, v.info.BaseURL+url.RequestURI(), "", "")
	v.paging(p)
	item, etag := v.item()
	p.Forms = v.forms(item, etag)
	if v.sent != nil {
		p.Sent = true
		p.Curl = v.curl(p.Method, v.info.BaseURL+url.RequestURI(), v.sent.etag, v.sent.body)
	}
	if v.answer.status >= http.StatusBadRequest {
		v.explain(p, body)
	}
	if v.now != nil {
		v.compare(p)
	}
	return p
}

// item is the JSON object that the forms to change and to delete are for, and its
// ETag.
func (v *visit) item() (jsontext.Value, string) {
	from := v.answer
	if v.now != nil {
		from = v.now
	} else if v.sent != nil {
		return nil, v.sent.etag
	}
	value := jsontext.Value(from.body.Bytes())
	if !from.ok() || value.Kind() != '{' {
		return nil, ""
	}
	return value, from.header.Get("ETag")
}

// explain says what is wrong, beside the fields that it is about.
func (v *visit) explain(p *view, body jsontext.Value) {
	values := members(body)
	if values["title"] == nil {
		return // the answer of a health check, say, which speaks for itself
	}
	p.Problem = &problem{Title: p.StatusText, Detail: unquoted(values["detail"]), Places: places(values["errors"])}
	mark(p.Filter, "query", "query.", p.Problem.Places)
	for _, f := range p.Forms {
		if v.sent != nil && !v.sent.raw && f.Method == v.sent.method {
			mark(f.Fields, f.ID, "body.", p.Problem.Places)
		}
	}
}

// compare puts what was sent beside what there is now. Its form carries the ETag of
// the latter: to send it again is to have decided.
func (v *visit) compare(p *view) {
	p.Now = highlight(jsontext.Value(v.now.body.Bytes()))
	for i, f := range p.Forms {
		if f.Method == v.sent.method || slices.Contains(f.RawMethods, v.sent.method) {
			p.Conflict = f
			p.Forms = slices.Delete(p.Forms, i, i+1)
			break
		}
	}
	if p.Conflict == nil {
		return
	}
	p.Conflict.Button = map[string]string{"DELETE": "Delete it anyway"}[v.sent.method]
	if p.Conflict.Button == "" {
		p.Conflict.Button = "Save mine instead"
	}
	p.Forms = nil
}

func (v *visit) title(p *view) (title, lead string) {
	if p.Index {
		return p.Site, v.api.OpenAPI().Info.Description
	}
	if op := v.operations[v.request.Method]; op != nil {
		return op.Summary, op.Description
	}
	return p.StatusText, ""
}

func (v *visit) allow() string {
	if path := v.api.Match(v.request); path != "" {
		return v.api.Allow(path)
	}
	return ""
}

func headers(all http.Header) []header {
	var list []header
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(internals, name) {
			list = append(list, header{name, template.HTML(linked(strings.Join(all[name], ", ")))}) //nolint:gosec // linked escapes it
		}
	}
	return list
}

// crumbs are the steps of the path, each with the URL that answers there.
func (v *visit) crumbs() []crumb {
	all := []crumb{{v.api.OpenAPI().Info.Title, "/"}}
	path := v.request.URL.EscapedPath()
	for i, c := range path {
		if i == 0 || c != '/' && i != len(path)-1 {
			continue
		}
		step := path[:i+1]
		name, _ := url.PathUnescape(step[strings.LastIndex(strings.TrimSuffix(step, "/"), "/")+1:])
		one := crumb{Name: strings.TrimSuffix(name, "/")}
		for _, target := range []string{step, strings.TrimSuffix(step, "/")} {
			if one.URL == "" && v.answers(target) {
				one.URL = target
			}
		}
		all = append(all, one)
	}
	return all
}

// answers reports whether a GET of that path leads somewhere.
func (v *visit) answers(path string) bool {
	target, err := url.Parse(path)
	if err != nil {
		return false
	}
	return v.api.Match(&http.Request{Method: http.MethodGet, URL: target, Host: v.request.Host}) != ""
}
