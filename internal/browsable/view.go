package browsable

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// assets are the URLs of the files that every page loads.
type assets struct{ Style, Script, Icon string }

// view is what a page shows.
type view struct {
	assets
	account                // feature: sessions
	Site, Version, Request string
	Documents              []link
	Crumbs                 []crumb
	Title, Lead, Notice    string
	Index                  bool

	// The request and its response.
	Method, Path, Query, Curl  string
	Status                     int
	StatusText, Allow, JSONURL string
	Headers                    []header
	Body                       template.HTML
	PageLinks                  []pageLink
	Filter                     []*field
	// Referrers are links to the lists of the rows that refer to this one.
	Referrers []link
	// Groups are the links of a response that contains nothing else.
	Groups []group

	// Sent means that the page answers a form.
	Sent    bool
	Forms   []*form
	Problem *problem
	// Conflict is the form that was made for an older version, and Current the resource
	// as it is now.
	Conflict *form
	Current  template.HTML
}

type (
	header struct {
		Name  string
		Value template.HTML
	}
	problem struct {
		Title, Detail string
		Errors        []fieldError
		// Preventing are links to the lists of what has prevented a deletion.
		Preventing []link
	}
)

func (p *pageRequest) view() *view {
	about := p.api.OpenAPI().Info
	url := p.request.URL
	body := jsontext.Value(p.answer.body.Bytes())
	v := &view{
		assets: p.assets, Site: about.Title, Version: about.Version, Request: p.info.RequestID,
		Documents: p.documents(), Crumbs: p.crumbs(), Notice: p.notice, Index: url.Path == "/",
		Method: p.request.Method, Path: visible(shorten(url.Path, maxLine)), Query: shorten(url.RawQuery, maxLine),
		Status: p.answer.status, StatusText: http.StatusText(p.answer.status), Allow: p.allow(), JSONURL: ifShort(withFormat(url, "json"), maxAddress),
		Headers: headers(p.answer.header), Body: highlight(body), Filter: p.filter(), Groups: p.groups(body), Referrers: p.referrers(),
	}
	v.Title, v.Lead = p.title(v)
	op := p.operations[v.Method]
	needsCaller := op != nil && len(web.ScopesOf(op)) > 0
	v.Curl = curl(v.Method, p.info.BaseURL, url.RequestURI(), "", "", needsCaller)
	v.PageLinks = p.pageLinks()
	item, etag := p.item()
	v.Forms = p.forms(item, etag)
	if p.sent != nil {
		v.Sent = true
		v.Curl = curl(v.Method, p.info.BaseURL, url.RequestURI(), p.sent.etag, p.sent.body, needsCaller)
	}
	if p.answer.status >= http.StatusBadRequest {
		p.explain(v, body)
	}
	if p.current != nil {
		p.compare(v)
	}
	p.showAccount(v) // feature: sessions
	return v
}

// Usable are the forms that can be sent.
func (v *view) Usable() (all []*form) {
	for _, f := range v.Forms {
		if !f.RawOnly || len(f.RawMethods) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// item returns the JSON object that can be changed or deleted here, or nil, and its ETag.
func (p *pageRequest) item() (jsontext.Value, string) {
	from := p.answer
	if p.current != nil {
		from = p.current
	} else if p.sent != nil {
		return nil, p.sent.etag
	}
	value := jsontext.Value(from.body.Bytes())
	read := p.current != nil || p.request.Method == http.MethodGet || p.request.Method == http.MethodHead
	if !read || !from.ok() || value.Kind() != '{' {
		return nil, ""
	}
	return value, from.header.Get("ETag")
}

// explain shows a problem, and its errors beside the fields that they refer to.
func (p *pageRequest) explain(v *view, body jsontext.Value) {
	values := members(body)
	if values["title"] == nil {
		return // not a problem: a failed health check, for example, needs no explanation
	}
	v.Problem = &problem{Title: v.StatusText, Detail: shorten(unquoted(values["detail"]), maxLine)}
	_ = json.Unmarshal(values["errors"], &v.Problem.Errors) // many problems have none: the detail says it all
	var preventing []string
	_ = json.Unmarshal(values["referrers"], &preventing)
	v.Problem.Preventing = p.preventing(preventing)
	mark(v.Filter, "query", "query.", v.Problem.Errors)
	for _, f := range v.Forms {
		if p.sent != nil && !p.sent.raw && f.Method == p.sent.method {
			mark(f.Fields, f.ID, "body.", v.Problem.Errors)
		}
	}
}

// compare shows the form that was sent beside the resource as it is now. The form has the
// current ETag, so sending it again overwrites the resource.
func (p *pageRequest) compare(v *view) {
	v.Current = highlight(jsontext.Value(p.current.body.Bytes()))
	for _, f := range v.Forms {
		if f.isSent(p.sent) {
			v.Conflict = f
			break
		}
	}
	if v.Conflict == nil {
		return
	}
	v.Forms = nil
	v.Conflict.Button = "Save mine instead"
	if p.sent.method == http.MethodDelete {
		v.Conflict.Button = "Delete it anyway"
	}
}

func (p *pageRequest) title(v *view) (title, lead string) {
	if v.Index {
		return v.Site, p.api.OpenAPI().Info.Description
	}
	if op := p.operations[p.request.Method]; op != nil {
		return op.Summary, op.Description
	}
	return v.StatusText, ""
}

func (p *pageRequest) allow() string {
	if path := p.api.Match(p.request); path != "" {
		return p.api.Allow(path)
	}
	return ""
}

// hiddenHeaders are not shown: they describe only the JSON, are the same in all responses, or secret.
var hiddenHeaders = []string{"Content-Length", "Set-Cookie", "Strict-Transport-Security", "Vary"}

func headers(all http.Header) []header {
	var list []header
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(hiddenHeaders, name) {
			list = append(list, header{name, template.HTML(linked(shorten(strings.Join(all[name], ", "), maxLine)))}) //nolint:gosec // linked escapes it
		}
	}
	return list
}
