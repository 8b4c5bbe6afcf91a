package token_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
)

// BenchmarkGetOne compares a request of a known caller with one when nobody is asked.
func BenchmarkGetOne(b *testing.B) {
	db := databasetest.Open(b, append(sampletest.Resources(), token.Table()))
	sampletest.Load(b, db)
	tokens := token.New(db.DB, "sample")
	secret, err := tokens.Create(b.Context(), &token.Token{Name: "ci", Owner: "ci", Scopes: []string{"read"}})
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range []web.Authentication{web.AuthenticationOff, web.AuthenticationAll} {
		api := web.NewAPI(web.Options{Title: "test", Version: "test", Authentication: mode, Identify: []web.Identify{tokens.Identify}})
		for _, resource := range sampletest.Resources() {
			resource.Routes(api.For(resource.Name), db.DB)
		}
		handler := middleware.RequestInfo(nil)(api)
		b.Run(string(mode), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, w := httptest.NewRequest(http.MethodGet, "/book/1", strings.NewReader("")), httptest.NewRecorder()
				r.Header["Authorization"] = []string{"Bearer " + secret}
				if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
