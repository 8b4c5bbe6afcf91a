package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// description is the response to OPTIONS: what each method of a path does and accepts.
type description struct {
	Path       string                        `json:"path"`
	Operations map[string]describedOperation `json:"operations"`
}

type describedOperation struct {
	Summary string                  `json:"summary"`
	Query   map[string]*huma.Schema `json:"query,omitempty"`
	Types   []string                `json:"types,omitempty"`
	Fields  map[string]fieldRule    `json:"fields,omitempty"`
	// Security is what a caller needs, as in the OpenAPI description.
	Security []map[string][]string `json:"security,omitempty"`
}

type fieldRule struct {
	Required bool         `json:"required"`
	Schema   *huma.Schema `json:"schema"`
}

func (a *API) describe(path string, header http.Header) any {
	d := description{Path: path, Operations: map[string]describedOperation{}}
	for method, op := range a.Operations(path) {
		described := describedOperation{Summary: op.Summary, Query: map[string]*huma.Schema{}, Security: op.Security}
		for _, param := range op.Parameters {
			if param.In == "query" {
				described.Query[param.Name] = param.Schema
			}
		}
		if op.RequestBody != nil {
			described.Types = slices.Sorted(maps.Keys(op.RequestBody.Content))
			if name := acceptHeader(method); name != "" {
				header.Set(name, strings.Join(described.Types, ", "))
			}
			described.Fields = a.fields(op.RequestBody.Content[described.Types[0]].Schema)
		}
		d.Operations[method] = described
	}
	return d
}

func (a *API) fields(schema *huma.Schema) map[string]fieldRule {
	schema = a.Resolve(schema)
	rules := map[string]fieldRule{}
	for name, field := range schema.Properties {
		rules[name] = fieldRule{Required: slices.Contains(schema.Required, name), Schema: field}
	}
	return rules
}

// Operations returns the operations of a path by method, as the OpenAPI description has them.
func (a *API) Operations(path string) map[string]*huma.Operation {
	if item := a.OpenAPI().Paths[path]; item != nil {
		return operations(item)
	}
	return nil
}

// operations returns the operations of a path by method.
func operations(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
	}
	maps.DeleteFunc(all, func(_ string, op *huma.Operation) bool { return op == nil })
	return all
}

// Route is one method of one path. Operation is its id in the OpenAPI description, or empty.
type Route struct{ Method, Path, Operation string }

// Routes returns all routes, sorted by path and method.
func (a *API) Routes() []Route {
	var all []Route
	for _, path := range a.Paths() {
		described := a.Operations(path)
		for _, method := range a.methods[path] {
			route := Route{Method: method, Path: path}
			if op := described[method]; op != nil {
				route.Operation = op.OperationID
			}
			all = append(all, route)
		}
	}
	slices.SortFunc(all, func(a, b Route) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return all
}
