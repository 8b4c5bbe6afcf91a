package browsable

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type (
	group struct {
		Title string
		Links []link
	}
	link struct{ Name, URL, Summary string }
)

// documents are the pages of the service that are none of ours.
func (v *visit) documents() []link {
	var all []link
	for _, path := range v.api.Paths() {
		op := v.api.Operations(path)[http.MethodGet]
		if op != nil && !strings.Contains(path, "{") && op.Responses["200"] != nil && op.Responses["200"].Content["text/html"] != nil {
			all = append(all, link{Name: op.OperationID, URL: path, Summary: op.Summary})
		}
	}
	return all
}

// groups turns an object of nothing but links, such as the index, into lists: what
// can be changed are the resources, the rest is about the service.
func (v *visit) groups(body jsontext.Value) []group {
	resources, service := group{Title: "Resources"}, group{Title: "About this service"}
	all := members(body)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		target := unquoted(all[name])
		if !strings.HasPrefix(target, "http://") && !strings.HasPrefix(target, "https://") {
			return nil
		}
		l := link{Name: name, URL: target, Summary: target}
		to := &service
		if path, own := strings.CutPrefix(target, v.info.BaseURL); own {
			operations := v.api.Operations(v.api.Match(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: v.request.Host}))
			if get := operations[http.MethodGet]; get != nil {
				l.Summary = get.Summary
			}
			if len(operations) > 1 {
				to = &resources
			}
		}
		to.Links = append(to.Links, l)
	}
	var found []group
	for _, g := range []group{resources, service} {
		if len(g.Links) > 0 {
			found = append(found, g)
		}
	}
	return found
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

var nextLink = regexp.MustCompile(`<([^>]*)>; rel="next"`)

// paging finds the next page by Link. A keyset leads only forward, so the way back
// is the browser's own, or to the first page: that of the same query, but for after.
func (v *visit) paging(p *view) {
	current := v.request.URL
	if next := nextLink.FindStringSubmatch(v.answer.header.Get("Link")); next != nil {
		if target, err := url.Parse(next[1]); err == nil {
			p.Next = target.RequestURI()
		}
	}
	query := current.Query()
	if query.Get("after") != "" && v.answer.ok() {
		query.Del("after")
		p.First = current.EscapedPath()
		if len(query) > 0 {
			p.First += "?" + query.Encode()
		}
	}
}

// filter returns the controls for the query parameters of a GET, as they are now.
func (v *visit) filter() []*field {
	op := v.operations[http.MethodGet]
	if op == nil || v.sent != nil {
		return nil
	}
	var all []*field
	query := v.request.URL.Query()
	for _, param := range op.Parameters {
		if schema := v.resolve(param.Schema); param.In == "query" && schema != nil {
			f := v.field(param.Name, schema, param.Required)
			f.Help = param.Description
			if query.Has(param.Name) {
				f.Value = query.Get(param.Name)
			}
			all = append(all, f)
		}
	}
	return all
}

func unquoted(value jsontext.Value) string {
	var text string
	if value.Kind() != '"' || json.Unmarshal(value, &text, jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return text
}
