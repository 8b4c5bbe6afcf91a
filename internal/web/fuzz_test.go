package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// checkAnswer fails the test unless the response is a success or a problem with a 4xx status.
func checkAnswer(t *testing.T, answer webtest.Response) {
	t.Helper()
	if answer.Status < http.StatusBadRequest {
		return
	}
	problem := webtest.JSON[web.Problem](t, answer)
	if answer.Status >= http.StatusInternalServerError || problem.Status != answer.Status || problem.RequestID == "" ||
		answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v: %s", answer.Status, answer.Header, answer.Body)
	}
}

// fuzzedAPI returns the API on a database with the fixtures.
func fuzzedAPI(f *testing.F) *web.API {
	db := databasetest.Open(f, sampletest.Resources())
	sampletest.Load(f, db)
	return sampletest.NewAPI(db)
}

func FuzzBody(f *testing.F) {
	for _, values := range invalidJSON {
		for _, value := range values {
			f.Add("POST", `{"shelf":1,"pages":1,"title":`+value+`}`)
			f.Add("POST", `{"shelf":1,"title":"x","pages":`+value+`}`)
		}
	}
	f.Add("PATCH", `{"title":null}`)
	f.Add("PUT", strings.Repeat("[", 10_000))
	f.Add("POST", `{`+emma+strings.Repeat(`,"x":1`, 10_000)+`}`)
	api := fuzzedAPI(f)
	f.Fuzz(func(t *testing.T, method, body string) {
		target, ok := map[string]string{"POST": "/book/", "PUT": "/book/1", "PATCH": "/book/1"}[method]
		if ok {
			checkAnswer(t, webtest.New(t, api).Do(method, target, body))
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, query := range []string{"limit=1", "limit=%zz", "%", "limit=1&limit=2", "after=-1", "limit=1;after=1", "limit=%00", "=", "&&&", "after=%F0%9F%91%8B", "format=html&limit=1", "limit=1e3", "after=" + strings.Repeat("9", 100), "status=read&listed=true", "shelf=1&listed=TRUE"} {
		f.Add(query)
	}
	api := fuzzedAPI(f)
	f.Fuzz(func(t *testing.T, query string) {
		target, err := url.Parse("/book/?" + query)
		if err != nil || slices.ContainsFunc([]byte(query), func(c byte) bool { return c <= ' ' || c >= 0x7f || c == '#' }) {
			return // which net/http refuses itself
		}
		checkAnswer(t, webtest.New(t, api).Do("GET", target.String(), ""))
	})
}
