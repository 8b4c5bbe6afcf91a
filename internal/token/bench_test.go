package token_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// BenchmarkGetOne compares a request of a known caller with one when nobody is asked, in turn, since
// the speed of a busy machine changes. The goal is 0.95 of the speed (of-off) in the median.
func BenchmarkGetOne(b *testing.B) {
	db := databasetest.Open(b, append(sampletest.Resources(), token.Table()))
	sampletest.Load(b, db)
	tokens := token.New(db.DB, "sample")
	secret, err := tokens.Create(b.Context(), &token.Token{Name: "ci", Owner: "ci", Scopes: []string{"read"}})
	if err != nil {
		b.Fatal(err)
	}
	var urls []string
	for _, mode := range []web.Authentication{web.AuthenticationOff, web.AuthenticationAll} {
		api := web.NewAPI(web.Options{Title: "test", Version: "test", Authentication: mode, Identify: []web.Identify{tokens.Identify}})
		for _, resource := range sampletest.Resources() {
			resource.Routes(api.For(resource.Name), db.DB)
		}
		server := httptest.NewServer(middleware.RequestInfo(nil)(api))
		b.Cleanup(server.Close)
		urls = append(urls, server.URL)
	}
	took := make([][]time.Duration, len(urls))
	for n := 0; b.Loop(); n++ {
		for i := range urls {
			i = (i + n) % len(urls)
			start := time.Now()
			answer, err := webtest.Send(b.Context(), http.DefaultTransport, http.MethodGet, urls[i]+"/book/1", "", "Authorization: Bearer "+secret)
			if err != nil || answer.Status != http.StatusOK {
				b.Fatal(answer, err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	for i := range took {
		slices.Sort(took[i])
		took[i] = took[i][len(took[i])/2:]
	}
	b.ReportMetric(float64(took[0][0])/float64(took[1][0]), "of-off")
	b.ReportMetric(float64(took[1][0]), "ns/known")
}
