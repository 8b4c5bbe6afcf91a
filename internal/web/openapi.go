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

// Documents registers the index of the service and its OpenAPI description. It must be called
// after all other operations are registered.
func (a *API) Documents() {
	Register(a, huma.Operation{
		OperationID: "index", Method: http.MethodGet, Path: "/", Tags: a.documentsTag(),
		Summary: "Index", Description: "The resources and the documents, as links.", Security: Open,
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
	content := map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{
		Type: huma.TypeObject, Description: "An OpenAPI 3.1 document.", Required: []string{"openapi", "info", "paths"},
	}}}
	a.raw("openapi-"+format, "/openapi."+format, content, "OpenAPI description, as "+strings.ToUpper(format),
		func(w http.ResponseWriter, r *http.Request) {
			text, err := render()
			if err != nil {
				WriteProblem(w, r, asProblem(r.Context(), err, a.options.Classify))
				return
			}
			w.Header().Set("Content-Type", mediaType)
			_, _ = w.Write(text)
		}).Security = Open
}

// Page registers an HTML page, and adds it to the OpenAPI description. Like any operation, it needs
// a caller unless its Security says otherwise.
func (a *API) Page(id, path, summary string, h http.HandlerFunc) *huma.Operation {
	return a.raw(id, path, map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: huma.TypeString}}}, summary, h)
}

// File registers one or more files that pages load, and adds them to the OpenAPI description
// with their media types. The index does not link to them. They need a caller, as a Page does.
func (a *API) File(id, path, summary string, h http.HandlerFunc, mediaTypes ...string) *huma.Operation {
	content := map[string]*huma.MediaType{}
	for _, mediaType := range mediaTypes {
		name, _, _ := strings.Cut(mediaType, ";")
		content[name] = &huma.MediaType{} // a file has no schema
	}
	if len(content) == 0 {
		content["application/octet-stream"] = &huma.MediaType{}
	}
	op := a.raw(id, path, content, summary, h)
	op.Tags = a.Tag("files", "The files that pages load.")
	op.Metadata = Unlisted
	return op
}

// Unlisted is the Metadata of a GET to which the index does not link.
var Unlisted = map[string]any{"unlisted": true}

// Tag adds a group of operations to the description, and returns the Tags of its operations.
func (a *API) Tag(name, description string) []string {
	document := a.OpenAPI()
	if !slices.ContainsFunc(document.Tags, func(tag *huma.Tag) bool { return tag.Name == name }) {
		document.Tags = append(document.Tags, &huma.Tag{Name: name, Description: description})
	}
	return []string{name}
}

func (a *API) documentsTag() []string {
	return a.Tag("documents", "The index of the service and its documentation.")
}

// raw registers a GET handler that writes its response itself.
func (a *API) raw(id, pattern string, content map[string]*huma.MediaType, summary string, h http.HandlerFunc) *huma.Operation {
	path := describedPath(pattern)
	op := &huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Tags: a.documentsTag(), Summary: summary,
		Responses: map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: content}},
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

// index links to the source code and to each path that answers GET without a parameter,
// except to those that are unlisted.
func (a *API) index(ctx context.Context, _ *struct{}) (*indexOutput, error) {
	links := map[string]string{}
	for _, path := range a.Paths() {
		name := strings.Trim(path, "/")
		item := a.OpenAPI().Paths[path]
		if name == "" || strings.Contains(path, "{") || item == nil || item.Get == nil || item.Get.Metadata["unlisted"] != nil {
			continue
		}
		links[name] = URL(ctx, path)
	}
	if a.options.Source != "" {
		links["source"] = a.options.Source
	}
	return &indexOutput{Body: links}, nil
}
