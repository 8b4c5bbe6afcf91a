package browsable

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"example.com/templatesite/internal/web"
)

// list returns the path of the list of the resource that an extension names, or nothing if it names
// none that is served.
func (s schemas) list(extensions map[string]any) string {
	name, _ := extensions[web.RefExtension].(string)
	list := "/" + name + "/"
	if s.api.Operations(list)[http.MethodGet] == nil {
		return ""
	}
	return list
}

// Row is the path of the row that the control refers to, or nothing.
func (f *field) Row() string {
	if f.List == "" || f.Value == "" || f.Type != "number" || len(f.Errors) > 0 || len(f.Value) > maxName {
		return ""
	}
	return f.List + url.PathEscape(f.Value)
}

// row returns the folder and the id in the path of a row, or nothing if the page has none.
func (p *pageRequest) row() (folder, id string) {
	folder, id = path.Split(p.request.URL.Path)
	if !strings.HasPrefix(p.api.Match(p.request), folder+"{") || len(id) > maxName {
		return "", ""
	}
	return folder, id
}

// referrers are links to the lists of the rows that refer to the one on this page.
func (p *pageRequest) referrers() []link {
	folder, id := p.row()
	if folder == "" || p.sent != nil || !p.answer.ok() {
		return nil
	}
	var all []link
	for _, list := range p.api.Paths() {
		all = append(all, p.filtered(list, folder, id)...)
	}
	return all
}

// preventing are links to the lists of the resources that have prevented the deletion of the row on
// this page: to the rows that refer to it, or to all where the list has no such filter.
func (p *pageRequest) preventing(resources []string) []link {
	folder, id := p.row()
	var all []link
	for _, name := range resources {
		list := "/" + name + "/"
		links := p.filtered(list, folder, id)
		if len(links) == 0 && p.answers(list) {
			links = []link{{Name: name, URL: list}}
		}
		all = append(all, links...)
	}
	return all
}

// filtered are links to a list, for each of its filters that takes the id of a row in folder.
func (p *pageRequest) filtered(list, folder, id string) []link {
	get := p.api.Operations(list)[http.MethodGet]
	if get == nil || folder == "" || strings.Contains(list, "{") {
		return nil
	}
	var all []link
	for _, param := range get.Parameters {
		if param.In == "query" && p.schemas.list(param.Schema.Extensions) == folder {
			all = append(all, link{Name: strings.Trim(list, "/"), URL: list + "?" + url.Values{param.Name: {id}}.Encode()})
		}
	}
	return all
}
