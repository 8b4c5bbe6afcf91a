package browsable

import (
	"net/http"
	"net/url"

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
