package oidc_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/oidc"
	"example.com/templatesite/internal/oidctest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// BenchmarkGetOne compares a request with an access token with one when nobody is asked, in turn, since
// the speed of a busy machine changes. The goal is 0.95 of the speed (of-off) in the median.
func BenchmarkGetOne(b *testing.B) {
	for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA} {
		b.Run(string(algorithm), func(b *testing.B) {
			issuer := oidctest.New(b)
			issuer.Rotate(algorithm, true)
			provider := oidc.Open(oidc.Settings{Issuer: issuer.Issuer, Audience: oidctest.Audience}, slog.New(slog.DiscardHandler))
			b.Cleanup(provider.Close)
			compare(b, provider, "Authorization: Bearer "+issuer.Issue("read"))
		})
	}
}

func compare(b *testing.B, provider *oidc.Provider, header string) {
	db := databasetest.Open(b, sampletest.Resources())
	sampletest.Load(b, db)
	var urls []string
	for _, mode := range []web.Authentication{web.AuthenticationOff, web.AuthenticationAll} {
		api := web.NewAPI(web.Options{Title: "test", Version: "test", Authentication: mode, Identify: []web.Identify{provider.Identify}})
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
			answer, err := webtest.Send(b.Context(), http.DefaultTransport, http.MethodGet, urls[i]+"/book/1", "", header)
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

// BenchmarkIdentify is what a token alone costs.
func BenchmarkIdentify(b *testing.B) {
	issuer := oidctest.New(b)
	provider := oidc.Open(oidc.Settings{Issuer: issuer.Issuer, Audience: oidctest.Audience}, slog.New(slog.DiscardHandler))
	b.Cleanup(provider.Close)
	token := issuer.Issue("read")
	for b.Loop() {
		if _, err := provider.Identify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
