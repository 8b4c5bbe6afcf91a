package browsable

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
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
	if len(all) > maxLinks {
		return nil
	}
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

// crumbs are the steps of the path, each with the URL that answers there. To look one
// up takes work that grows with the path, so the steps of a long path end early.
func (v *visit) crumbs() []crumb {
	all := []crumb{{v.api.OpenAPI().Info.Title, "/"}}
	path := v.request.URL.EscapedPath()
	for i, c := range path {
		if i == 0 || c != '/' && i != len(path)-1 {
			continue
		}
		if len(all) > maxCrumbs || i >= maxAddress {
			return append(all, crumb{Name: "…"})
		}
		step := path[:i+1]
		name, _ := url.PathUnescape(step[strings.LastIndex(strings.TrimSuffix(step, "/"), "/")+1:])
		one := crumb{Name: visible(shorten(strings.TrimSuffix(name, "/"), maxName))}
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

// turn is a link to another page of a collection.
type turn struct{ Rel, Name, URL string }

// relation finds the links of a Link header by what they lead to.
var relation = regexp.MustCompile(`<([^>]*)>; rel="(\w+)"`)

// turns are the links of the answer, and one to the first page: that of the same
// query, but for where it begins or ends.
func (v *visit) turns() []turn {
	targets := map[string]string{}
	query := v.request.URL.Query()
	if v.answer.ok() && web.FirstPage(query) {
		targets["first"] = strings.TrimSuffix(v.request.URL.EscapedPath()+"?"+query.Encode(), "?")
	}
	for _, header := range v.answer.header.Values("Link") {
		for _, found := range relation.FindAllStringSubmatch(header, -1) {
			if target, err := url.Parse(found[1]); err == nil {
				targets[found[2]] = target.RequestURI()
			}
		}
	}
	var all []turn
	for _, t := range []turn{{Rel: "first", Name: "First page"}, {Rel: "prev", Name: "Previous page"}, {Rel: "next", Name: "Next page"}} {
		if t.URL = ifShort(targets[t.Rel], maxAddress); t.URL != "" {
			all = append(all, t)
		}
	}
	return all
}
