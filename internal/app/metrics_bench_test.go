package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
)

// BenchmarkScrape measures GET /metrics of a service with a database and twenty resources,
// each of which has answered every method with several statuses.
func BenchmarkScrape(b *testing.B) {
	hooks := hooks{registry: metrics.New("1", "2", "3")}
	registry := hooks.registry
	hooks.watch(databasetest.Open(b, resources()), resources(), health.New(slog.New(slog.DiscardHandler), nil))
	statements := registry.Statements(nil)
	requests := registry.Requests()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		info := web.InfoFrom(r.Context())
		statements(r.Context(), &web.Statement{Name: info.Route + r.Method, Duration: time.Millisecond})
	}))
	sizes := map[string]int64{"POST": 100, "PUT": 100, "PATCH": 10}
	for resource := range 20 {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			for _, status := range []int{200, 404, 422, 503} {
				r := httptest.NewRequest(method, "/", nil)
				info := &web.Info{IDs: web.IDs{RequestID: "benchmark"}, BodyBytes: sizes[method], Route: fmt.Sprintf("/resource%d/{id}", resource), Status: status}
				requests.ServeHTTP(httptest.NewRecorder(), r.WithContext(web.WithInfo(r.Context(), info)))
			}
		}
	}
	scrape := httptest.NewRequest("GET", "/metrics", nil)
	scrape.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	scrape.Header.Set("Accept-Encoding", "gzip")
	handler := registry.Handler()
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, scrape)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
		b.ReportMetric(float64(w.Body.Len()), "bytes")
	}
}
