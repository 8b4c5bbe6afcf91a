package browsable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/browsable"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// fields are those of a resource that no other package knows: it has pages without
// a line of its own.
type fields struct {
	Name    string   `json:"name" minLength:"1" maxLength:"20" doc:"What it is called." example:"Fern"`
	Kind    string   `json:"kind" enum:"tree,bush,herb" doc:"What it grows into."`
	Height  int      `json:"height" minimum:"1" maximum:"300" doc:"In centimetres." example:"30"`
	Indoor  bool     `json:"indoor" doc:"Whether it lives in a room."`
	Place   place    `json:"place" doc:"Where it stands."`
	Code    string   `json:"code,omitempty" pattern:"^[A-Z]{3}$" patternDescription:"three capitals"`
	Bought  string   `json:"bought,omitempty" format:"date"`
	Note    string   `json:"note,omitempty" doc:"What else there is to say."`
	Rating  *float64 `json:"rating,omitempty" minimum:"0" maximum:"5" multipleOf:"0.5"`
	Watered *bool    `json:"watered,omitempty"`
	Pots    *int64   `json:"pots,omitempty" default:"2"`
	Tags    []string `json:"tags,omitempty"`
}

type place struct {
	Room  string `json:"room" maxLength:"20"`
	Shelf int    `json:"shelf,omitzero" minimum:"0"`
}

type plant struct {
	ID int64 `json:"id"`
	fields
	Href string `json:"href"`

	version int64
}

// plants keeps the resource in memory.
type plants struct {
	mu  sync.Mutex
	all map[int64]plant
}

func (p *plants) routes(api *web.API) {
	web.Register(api, huma.Operation{OperationID: "list-plants", Method: "GET", Path: "/plant/", Summary: "List plants", Description: "All of them."}, p.list)
	web.Register(api, huma.Operation{OperationID: "create-plant", Method: "POST", Path: "/plant/", Summary: "Plant one", DefaultStatus: 201}, p.create)
	web.Register(api, huma.Operation{OperationID: "get-plant", Method: "GET", Path: "/plant/{id}", Summary: "Look at a plant"}, p.get)
	web.Register(api, huma.Operation{OperationID: "replace-plant", Method: "PUT", Path: "/plant/{id}", Summary: "Change a plant"}, p.replace)
	web.Register(api, huma.Operation{OperationID: "delete-plant", Method: "DELETE", Path: "/plant/{id}", Summary: "Dig it out", DefaultStatus: 204}, p.delete)
}

func (p *plants) list(ctx context.Context, in *web.PageInput) (*web.Page[plant], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []plant
	id, step := in.After+1, int64(1)
	if in.Before > 0 {
		id, step = in.Before-1, -1
	}
	for ; id > 0 && int(id) <= len(p.all) && len(found) <= in.Limit; id += step {
		found = append(found, p.all[id])
	}
	return web.NewPage(ctx, in, found, func(p plant) int64 { return p.ID }), nil
}

func (p *plants) create(ctx context.Context, in *struct{ Body fields }) (*web.Created[plant], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := int64(len(p.all) + 1)
	p.all[id] = plant{ID: id, fields: in.Body, Href: web.URL(ctx, "/plant/"+string(rune('0'+id))), version: 1}
	return &web.Created[plant]{Location: p.all[id].Href, ETag: web.ETag(1), Body: p.all[id]}, nil
}

func (p *plants) get(_ context.Context, in *web.ItemInput) (*web.Item[plant], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.all[in.ID]
	if !ok {
		return nil, web.ErrNotFound
	}
	return &web.Item[plant]{ETag: web.ETag(one.version), Body: one}, in.Read(web.ETag(one.version))
}

func (p *plants) replace(_ context.Context, in *struct {
	web.ItemInput
	Body fields
},
) (*web.Item[plant], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.all[in.ID]
	if !ok {
		return nil, web.ErrNotFound
	}
	if err := in.Write(web.ETag(one.version)); err != nil {
		return nil, err
	}
	one.fields, one.version = in.Body, one.version+1
	p.all[in.ID] = one
	return &web.Item[plant]{ETag: web.ETag(one.version), Body: one}, nil
}

func (p *plants) delete(_ context.Context, in *web.ItemInput) (*struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.all[in.ID]
	if !ok {
		return nil, web.ErrNotFound
	}
	if err := in.Write(web.ETag(one.version)); err != nil {
		return nil, err
	}
	delete(p.all, in.ID)
	return nil, nil
}

const html = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// notes is a file that is JSON.
var notes = `{"notes":"` + strings.Repeat("x", 2000) + `"}`

// answers registers a handler that answers a GET with JSON as it is.
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

// within asks for a page, in a context of one's own.
func within(ctx context.Context, handler http.Handler, target string) webtest.Answer {
	r := httptest.NewRequestWithContext(ctx, "GET", target, nil)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return webtest.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

// start returns a client of the garden.
func start(t *testing.T) *webtest.Client { return webtest.New(t, garden(t)) }

// garden is a service that has plants, and pages for them.
func garden(t *testing.T) http.Handler { return gardenOf(t, 1000) }

// gardenOf is one that takes bodies of up to so many bytes.
func gardenOf(t *testing.T, maxBody int64) http.Handler {
	api := web.NewAPI(web.Options{
		Title: "garden", Description: "Plants.", Version: "1", MaxBodyBytes: maxBody,
		Classify: func(error) *web.Problem { return nil },
	})
	(&plants{all: map[int64]plant{}}).routes(api)
	answers(api, "/panic", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"half":`))
		panic("half way")
	})
	web.Register(api, huma.Operation{OperationID: "water", Method: "POST", Path: "/water", Summary: "Water all"},
		func(context.Context, *struct{}) (*struct{ Body string }, error) {
			return &struct{ Body string }{"Done."}, nil
		})
	answers(api, "/strange", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strange)) })
	answers(api, "/nested", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("[", 9000) + strings.Repeat("[],", 300_000) + "[]" + strings.Repeat("]", 9000)))
	})
	answers(api, "/encoded", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("compressed"))
	})
	web.Register(api, huma.Operation{OperationID: "sell", Method: "GET", Path: "/sell", Summary: "Sell all"},
		func(context.Context, *struct{}) (*struct{ Body string }, error) { return nil, web.ErrStopping })
	api.File("notes", "/notes.json", "Notes", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"notes"`)
		http.ServeContent(w, r, "notes.json", time.Time{}, strings.NewReader(notes))
	})
	api.HandleFunc("GET /static/{name}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, browsable.Files, r.PathValue("name"))
	})
	api.Documents()
	pages := browsable.Pages(api, func(name string) string { return "/static/" + name })
	return web.Chain(api, pages, middleware.Recover(logtest.New(t)), middleware.CrossOrigin())
}
