package audit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/audit"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// BenchmarkChange compares changes with and without a trail, in turn, since the speed of a busy
// machine changes. of-off is the speed relative to that without: 1 would be free.
func BenchmarkChange(b *testing.B) {
	for _, engine := range databasetest.Engines() {
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			for _, clients := range []int{1, 8} {
				b.Run(fmt.Sprintf("%s/%s/clients=%d", engine, method, clients), func(b *testing.B) {
					db := databasetest.OpenOn(b, engine, schema())
					sampletest.Load(b, db)
					benchmark(b, db, method, clients)
				})
			}
		}
	}
}

func benchmark(b *testing.B, db *database.DB, method string, clients int) {
	off, on := serve(b, db, nil), serve(b, db, audit.New(db.DB).Change)
	took := map[string][]time.Duration{}
	for n := 0; b.Loop(); n++ {
		urls := []string{off, on}
		if n%2 == 1 {
			slices.Reverse(urls)
		}
		for _, url := range urls {
			start := time.Now()
			var all sync.WaitGroup
			for client := range clients {
				target := url + "/book/"
				if method == http.MethodPut {
					target += fmt.Sprint(1 + client%2)
				}
				all.Go(func() {
					for range 4 {
						if answer, err := webtest.Send(b.Context(), http.DefaultTransport, method, target, walden, "Content-Type: application/json"); err != nil || answer.Status >= 300 {
							b.Error(answer, err)
						}
					}
				})
			}
			all.Wait()
			took[url] = append(took[url], time.Since(start)/4)
		}
	}
	median := func(url string) float64 {
		slices.Sort(took[url])
		return float64(took[url][len(took[url])/2])
	}
	b.ReportMetric(median(off)/median(on), "of-off")
	b.ReportMetric(median(on), "ns/on")
}

func serve(b *testing.B, db *database.DB, trail web.Audit) (url string) {
	api := web.NewAPI(web.Options{Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Audit: trail})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api.For(resource.Name), db.DB)
	}
	server := httptest.NewServer(middleware.RequestInfo(nil)(api))
	b.Cleanup(server.Close)
	return server.URL
}
