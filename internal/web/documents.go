package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Documents registers the index of the service and its OpenAPI description. It
// comes after all other operations, and describes itself, too.
func (a *API) Documents() {
	Register(a, huma.Operation{
		OperationID: "index", Method: http.MethodGet, Path: "/", Tags: []string{"documents"},
		Summary: "Index", Description: "The resources and the documents, as links.",
	}, a.index)
	for _, format := range []string{"json", "yaml"} {
		a.document(format, sync.OnceValues(func() ([]byte, error) { return a.Description(format) }))
	}
	a.complete()
}

// Description renders the OpenAPI description as json or yaml.
func (a *API) Description(format string) ([]byte, error) {
	if format == "yaml" {
		return a.OpenAPI().YAML()
	}
	return json.Marshal(a.OpenAPI(), jsontext.WithIndent("  "), json.Deterministic(true))
}

func (a *API) document(format string, render func() ([]byte, error)) {
	mediaType := "application/openapi+" + format
	a.raw("openapi-"+format, "/openapi."+format, mediaType, "OpenAPI description, as "+strings.ToUpper(format),
		func(w http.ResponseWriter, r *http.Request) {
			text, err := render()
			if err != nil {
				WriteProblem(w, r, asProblem(r.Context(), err, a.options.Classify))
				return
			}
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(text)
		})
}

// Page registers a page for people, and describes it like any operation.
func (a *API) Page(id, path, summary string, h http.HandlerFunc) {
	a.raw(id, path, "text/html", summary, h)
}

// File registers a file, or many, for pages to load, and describes it like any
// operation. The index does not link to it.
func (a *API) File(id, path, summary string, h http.HandlerFunc) {
	a.raw(id, path, "*/*", summary, h).Tags = []string{filesTag}
}

const filesTag = "files"

// raw registers a handler that writes its answer itself.
func (a *API) raw(id, pattern, mediaType, summary string, h http.HandlerFunc) *huma.Operation {
	path := describedPath(pattern)
	op := &huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"documents"}, Summary: summary,
		Responses: map[string]*huma.Response{"200": {
			Description: http.StatusText(http.StatusOK),
			Content:     map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	}
	for segment := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			op.Parameters = append(op.Parameters, &huma.Param{
				Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			})
		}
	}
	a.OpenAPI().AddOperation(op)
	a.HandleFunc(http.MethodGet+" "+pattern, h)
	return op
}

type indexOutput struct{ Body map[string]string }

// index links to what a person or a program would ask for next: every path that
// answers GET, needs no parameter, and is no file of a page; and the source code.
func (a *API) index(ctx context.Context, _ *struct{}) (*indexOutput, error) {
	links := map[string]string{}
	for _, path := range a.Paths() {
		name := strings.Trim(path, "/")
		item := a.OpenAPI().Paths[path]
		if name == "" || strings.Contains(path, "{") || item == nil || item.Get == nil || slices.Contains(item.Get.Tags, filesTag) {
			continue
		}
		links[name] = URL(ctx, path)
	}
	if a.options.Source != "" {
		links["source"] = a.options.Source
	}
	return &indexOutput{Body: links}, nil
}
