package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// BenchmarkRequest measures the code around the handler of an operation.
func BenchmarkRequest(b *testing.B) {
	const etag = `"1"`
	api := web.NewAPI(web.Options{
		Title: "benchmark", Version: "1", MaxBodyBytes: 1 << 20,
		Classify:  func(error) *web.Problem { return nil },
		Retryable: func(error) bool { return false },
		Once:      noKeys, // feature: idempotency
	})
	limited := api.WithLimit(100)
	one := thing{Name: "before", Count: 7, Inner: &inner{A: 1, B: 2}, Tags: []int64{1, 2}}
	web.Register(limited, huma.Operation{OperationID: "get", Method: http.MethodGet, Path: "/thing/{id}"},
		func(_ context.Context, in *web.ItemInput) (*web.Item[thing], error) {
			return &web.Item[thing]{ETag: etag, Body: one}, in.Read(etag)
		})
	web.Register(limited, huma.Operation{OperationID: "list", Method: http.MethodGet, Path: "/thing/"},
		func(ctx context.Context, in *web.PageInput) (*web.Page[thing], error) {
			items := make([]thing, in.Limit+1)
			return web.NewPage(ctx, in, items, func(t thing) int64 { return t.Count }), nil
		})
	web.Register(limited, huma.Operation{OperationID: "create", Method: http.MethodPost, Path: "/thing/"},
		func(_ context.Context, in *struct{ Body thing }) (*web.Created[thing], error) {
			return &web.Created[thing]{Location: "/thing/1", ETag: etag, Body: in.Body}, nil
		})
	handler := middleware.RequestInfo(nil)(api)
	for _, tt := range []struct{ name, method, target, body string }{
		{"one", "GET", "/thing/1", ""},
		{"page", "GET", "/thing/?limit=20", ""},
		{"create", "POST", "/thing/", `{"name":"Laying bricks","count":7,"inner":{"a":1,"b":2},"tags":[1,2,3]}`},
		{"createLarge", "POST", "/thing/", `{"name":"` + strings.Repeat("x", 8000) + `","count":7}`},
		{"invalid", "POST", "/thing/", `{"name":"x","count":1e999}`},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
				if tt.body != "" {
					r.Header["Content-Type"] = []string{"application/json"}
				}
				handler.ServeHTTP(&discard{header: http.Header{}}, r)
			}
		})
	}
}

// feature: idempotency
func noKeys(context.Context, web.KeyedRequest, func(context.Context) ([]byte, error)) ([]byte, bool, error) {
	panic("no request has a key")
}
