package browsable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

const html = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// emma is a book that a program sends.
const emma = `{"shelf":1,"title":"Emma","pages":474}`

// start returns a client of a library with the shelf 1 and the books 1 and 2.
func start(t *testing.T) *webtest.Client { return webtest.New(t, library(t, 1000)) }

// library is a service of shelves and books, with pages, and with a few URLs that respond as no
// resource does. It accepts bodies of up to maxBody bytes.
func library(t *testing.T, maxBody int64) http.Handler {
	db := databasetest.Open(t, sampletest.Resources())
	sampletest.Load(t, db)
	api := web.NewAPI(web.Options{
		Title: "library", Description: "Books.", Version: "1", MaxBodyBytes: maxBody, Classify: database.Classifier(sampletest.Resources()),
	})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api, db.DB)
	}
	special(api)
	return withPages(t, api)
}

// withPages wraps an API in the pages and the middlewares that they need.
func withPages(t *testing.T, api *web.API) http.Handler {
	api.File("files", "/static/{name}", "Files", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, browsable.Files, r.PathValue("name"))
	})
	api.Documents()
	pages := browsable.Pages(api, func(name string) string { return "/static/" + name })
	return web.Chain(api, pages, middleware.Recover(logtest.New(t)), middleware.CrossOrigin())
}

// serve starts a server for a browser, and returns its origin.
func serve(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(web.Chain(handler, middleware.RequestInfo(nil)))
	t.Cleanup(server.Close)
	return server.URL
}

// notes is a JSON file.
var notes = `{"notes":"` + strings.Repeat("x", 2000) + `"}`

// special registers what no resource has: a panic halfway through a response, strange JSON, deeply
// nested JSON, an encoded answer, an operation without a body, a problem, and a JSON file.
func special(api *web.API) {
	answers(api, "/panic", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"half":`))
		panic("half way")
	})
	answers(api, "/strange", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strange)) })
	answers(api, "/nested", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("[", 9000) + strings.Repeat("[],", 300_000) + "[]" + strings.Repeat("]", 9000)))
	})
	answers(api, "/encoded", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("compressed"))
	})
	web.Register(api, huma.Operation{OperationID: "sort", Method: "POST", Path: "/sort", Summary: "Sort the shelves"},
		func(context.Context, *struct{}) (*struct{ Body string }, error) {
			return &struct{ Body string }{"Done."}, nil
		})
	web.Register(api, huma.Operation{OperationID: "stopping", Method: "GET", Path: "/stopping", Summary: "Stop"},
		func(context.Context, *struct{}) (*struct{ Body string }, error) { return nil, web.ErrStopping })
	api.File("notes", "/notes.json", "Notes", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"notes"`)
		http.ServeContent(w, r, "notes.json", time.Time{}, strings.NewReader(notes))
	})
}

// answers registers a handler that answers a GET with its own JSON.
func answers(api *web.API, path string, h http.HandlerFunc) {
	api.OpenAPI().AddOperation(&huma.Operation{
		Method: "GET", Path: path,
		Responses: map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{}}}}},
	})
	api.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		h(w, r)
	})
}
