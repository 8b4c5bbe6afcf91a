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
	// group is a list of links under a title.
	group struct {
		Title string
		Links []link
	}
	link struct{ Name, URL, Summary string }
	// crumb is one step of the path. Its URL is empty if nothing answers there.
	crumb struct{ Name, URL string }
	// pageLink leads to another page of a collection.
	pageLink struct{ Rel, Name, URL string }
)

// documents are the pages of the service that other packages serve.
func (p *pageRequest) documents() []link {
	var all []link
	for _, path := range p.api.Paths() {
		op := p.api.Operations(path)[http.MethodGet]
		if op != nil && !strings.Contains(path, "{") && op.Responses["200"] != nil && op.Responses["200"].Content["text/html"] != nil {
			all = append(all, link{Name: op.OperationID, URL: path, Summary: op.Summary})
		}
	}
	return all
}

// groups turns an object that contains only links, such as the index, into lists: a
// URL with more methods than GET is a resource, the rest is about the service.
func (p *pageRequest) groups(body jsontext.Value) []group {
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
		if path, own := strings.CutPrefix(target, p.info.BaseURL); own {
			operations := p.api.Operations(p.api.Match(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: p.request.Host}))
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

// crumbs are the steps of the path, each with the URL that answers there. Looking one up
// costs time that grows with the path, so a long path is cut off.
func (p *pageRequest) crumbs() []crumb {
	all := []crumb{{p.api.OpenAPI().Info.Title, "/"}}
	path := p.request.URL.EscapedPath()
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
			if one.URL == "" && p.answers(target) {
				one.URL = target
			}
		}
		all = append(all, one)
	}
	return all
}

// answers reports whether there is a route for a GET of that path.
func (p *pageRequest) answers(path string) bool {
	target, err := url.Parse(path)
	if err != nil {
		return false
	}
	return p.api.Match(&http.Request{Method: http.MethodGet, URL: target, Host: p.request.Host}) != ""
}

// linkHeader finds the URLs in a Link header and their relations.
var linkHeader = regexp.MustCompile(`<([^>]*)>; rel="(\w+)"`)

// pageLinks are the links of the response to other pages of the collection, and one to the
// first page: that of the same query without its position.
func (p *pageRequest) pageLinks() []pageLink {
	targets := map[string]string{}
	query := p.request.URL.Query()
	if p.answer.ok() && web.FirstPage(query) {
		targets["first"] = strings.TrimSuffix(p.request.URL.EscapedPath()+"?"+query.Encode(), "?")
	}
	for _, header := range p.answer.header.Values("Link") {
		for _, found := range linkHeader.FindAllStringSubmatch(header, -1) {
			if target, err := url.Parse(found[1]); err == nil {
				targets[found[2]] = target.RequestURI()
			}
		}
	}
	var all []pageLink
	for _, l := range []pageLink{{Rel: "first", Name: "First page"}, {Rel: "prev", Name: "Previous page"}, {Rel: "next", Name: "Next page"}} {
		if l.URL = ifShort(targets[l.Rel], maxAddress); l.URL != "" {
			all = append(all, l)
		}
	}
	return all
}

// withFormat returns the URL that forces a format.
func withFormat(u *url.URL, format string) string {
	query := u.RawQuery
	if query != "" {
		query += "&"
	}
	return u.EscapedPath() + "?" + query + "format=" + format
}
