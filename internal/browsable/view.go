package browsable

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// view is what a page shows.
type view struct {
	*site
	Site, Version, Request string
	Documents              []link
	Crumbs                 []crumb
	Title, Lead, Notice    string
	Index                  bool

	// The request, and the answer to it.
	Method, Path, Query, Curl  string
	Status                     int
	StatusText, Allow, JSONURL string
	Headers                    []header
	Body                       template.HTML
	Turns                      []turn
	Filter                     []*field
	// Groups are the links of an answer that has nothing else.
	Groups []group

	// Sent says that the page answers a form.
	Sent    bool
	Forms   []*form
	Problem *problem
	// Now is the resource as somebody else left it meanwhile, and Conflict the form
	// to decide with.
	Now      template.HTML
	Conflict *form
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
	place struct {
		Message  string `json:"message"`
		Location string `json:"location"`
		Control  string `json:"-"`
	}
	// crumb is one step of the path; without a URL nothing is there.
	crumb struct{ Name, URL string }
)

func (v *visit) view() *view {
	about := v.api.OpenAPI().Info
	url := v.request.URL
	body := jsontext.Value(v.answer.body.Bytes())
	p := &view{
		site: v.site, Site: about.Title, Version: about.Version, Request: v.info.ID,
		Documents: v.documents(), Crumbs: v.crumbs(), Notice: v.notice, Index: url.Path == "/",
		Method: v.request.Method, Path: visible(shorten(url.Path, maxLine)), Query: shorten(url.RawQuery, maxLine),
		Status: v.answer.status, StatusText: http.StatusText(v.answer.status), Allow: v.allow(), JSONURL: ifShort(withFormat(url, "json"), maxAddress),
		Headers: headers(v.answer.header), Body: highlight(body), Filter: v.filter(), Groups: v.groups(body),
	}
	p.Title, p.Lead = v.title(p)
	p.Curl = curl(p.Method, v.info.BaseURL, url.RequestURI(), "", "")
	p.Turns = v.turns()
	item, etag := v.item()
	p.Forms = v.forms(item, etag)
	if v.sent != nil {
		p.Sent = true
		p.Curl = curl(p.Method, v.info.BaseURL, url.RequestURI(), v.sent.etag, v.sent.body)
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
	read := v.now != nil || v.request.Method == http.MethodGet || v.request.Method == http.MethodHead
	if !read || !from.ok() || value.Kind() != '{' {
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
	p.Problem = &problem{Title: p.StatusText, Detail: shorten(unquoted(values["detail"]), maxLine)}
	// Without places there is an answer that says no more than its detail.
	_ = json.Unmarshal(values["errors"], &p.Problem.Places)
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
	for _, f := range p.Forms {
		if v.sent.isOf(f) {
			p.Conflict = f
			break
		}
	}
	if p.Conflict == nil {
		return
	}
	p.Forms = nil
	p.Conflict.Button = "Save mine instead"
	if v.sent.method == http.MethodDelete {
		p.Conflict.Button = "Delete it anyway"
	}
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

// internals are headers that belong to the JSON or to every answer alike.
var internals = []string{"Content-Length", "Strict-Transport-Security", "Vary"}

func headers(all http.Header) []header {
	var list []header
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(internals, name) {
			list = append(list, header{name, template.HTML(linked(shorten(strings.Join(all[name], ", "), maxLine)))}) //nolint:gosec // linked escapes it
		}
	}
	return list
}
