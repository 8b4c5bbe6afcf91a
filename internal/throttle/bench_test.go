package throttle_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// BenchmarkCount measures what the throttle adds to a request.
func BenchmarkCount(b *testing.B) {
	limits := throttle.New(throttle.Limits{Requests: rate("1000000/s"), Changes: rate("1000000/s")}, never)
	for _, tt := range []struct{ name, address, method string }{{"read", home, "GET"}, {"change", home, "POST"}, {"ipv6", "2001:db8::1", "GET"}} {
		b.Run(tt.name, func(b *testing.B) {
			r := requestFrom(tt.address, tt.method)
			b.ReportAllocs()
			for b.Loop() {
				limits.Count(http.Header{}, r)
			}
		})
	}
}

// BenchmarkGetOne compares a request with and without limits, and a refused one, in turn, since the
// speed of a busy machine changes. The goal is 0.98 of the speed (of-off) in the median.
func BenchmarkGetOne(b *testing.B) {
	db := databasetest.Open(b, sampletest.Resources())
	sampletest.Load(b, db)
	var urls []string
	for _, one := range []web.Throttle{
		nil, throttle.New(throttle.Limits{Requests: rate("1000000/s")}, never), throttle.New(throttle.Limits{Requests: rate("1/d")}, never),
	} {
		urls = append(urls, serve(b, db.DB, one))
	}
	compare(b, urls, "off", "on", "refused")
}

// serve starts a service with these limits.
func serve(b *testing.B, db web.DB, limits web.Throttle) (url string) {
	b.Helper()
	api := web.NewAPI(web.Options{Title: "test", Version: "test", Throttle: limits})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api.For(resource.Name), db)
	}
	server := httptest.NewServer(middleware.RequestInfo([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})(api))
	b.Cleanup(server.Close)
	return server.URL
}

// compare reports the median time of a request to each service, and the speed of the second as a part
// of that of the first.
func compare(b *testing.B, urls []string, names ...string) {
	b.Helper()
	took := make([][]time.Duration, len(urls))
	for n := 0; b.Loop(); n++ {
		for i := range urls {
			i = (i + n) % len(urls)
			start := time.Now()
			if _, err := webtest.Send(b.Context(), http.DefaultTransport, http.MethodGet, urls[i]+"/book/1", ""); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	for i := range took {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/2]), "ns/"+names[i])
	}
	b.ReportMetric(float64(took[0][len(took[0])/2])/float64(took[1][len(took[1])/2]), "of-off")
}
