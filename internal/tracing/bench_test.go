package tracing_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/tracing"
	"example.com/templatesite/internal/web"
)

// Tracing adds nothing to a request with one statement when it is off, and little when the request
// is not sampled.
func BenchmarkRequestWithAStatement(b *testing.B) {
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.Cleanup(collector.Close)
	for _, bench := range []struct{ name, endpoint, sampler string }{
		{"off", "", ""},
		{"not-sampled", collector.URL, "always_off"},
		{"sampled", collector.URL, "always_on"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			tracer, err := tracing.New(&tracing.Settings{Endpoint: bench.endpoint, Sampler: bench.sampler}, "test", "1", logtest.New(b))
			if err != nil {
				b.Fatal(err)
			}
			defer tracer.Close(time.Second)
			observe := tracer.Statements("other_sql")
			handler := web.Chain(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if observe != nil {
					observe(r.Context(), &web.Statement{Name: "shelf.get", Operation: "select", Table: "shelf", Start: time.Now(), Duration: 1})
				}
			}), middleware.RequestInfo(nil), tracer.Requests(health.IsProbe))
			request := httptest.NewRequest(http.MethodGet, "/shelf/1", nil)
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(httptest.NewRecorder(), request)
			}
		})
	}
}
