package app

import (
	"strings"
	"testing"
)

// headers are the headers that a request must get.
type headers struct {
	method, target, body, header string
	status                       int
	cache                        string
}

func TestEveryAnswerHasCacheAndSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("POST", "/book/", validBook)
	etag := s.Do("GET", "/book/1", "").Header.Get("ETag")
	s.checkHeaders([]headers{
		{"GET", "/book/1", "", "", 200, "no-cache"},
		{"HEAD", "/book/1", "", "", 200, "no-cache"},
		{"GET", "/book/1", "", "If-None-Match: " + etag, 304, "no-cache"},
		{"GET", "/book/1", "", "Accept-Encoding: gzip", 200, "no-cache"},
		{"GET", "/book/", "", "", 200, "no-cache"},
		{"GET", "/", "", "", 200, "no-cache"},
		{"GET", "/openapi.json", "", "", 200, "no-cache"},
		{"GET", "/openapi.json", "", "Accept-Encoding: gzip", 200, "no-cache"},
		{"GET", "/openapi.yaml", "", "", 200, "no-cache"},
		{"POST", "/book/", validBook, "", 201, "no-cache"},
		{"PUT", "/book/1", titled("z"), "", 200, "no-cache"},
		{"PATCH", "/book/1", `{"title":"a"}`, "", 200, "no-cache"},
		{"DELETE", "/book/2", "", "", 204, "no-cache"},
		{"OPTIONS", "/book/", "", "", 200, "no-cache"},
		{"GET", "/livez", "", "", 200, "no-store"},
		{"GET", "/healthcheck", "", "", 200, "no-store"},
		{"GET", "/healthcheck/", "", "", 200, "no-store"},
		{"GET", "/book/9", "", "Accept: application/json", 404, "no-store"},
		{"GET", "/nowhere", "", "", 404, "no-store"},
		{"GET", "/static/none.css", "", "", 404, "no-store"},
		{"PUT", "/", `{}`, "", 405, "no-store"},
		{"GET", "/book/1", "", "Accept: image/png", 406, "no-store"},
		{"PUT", "/book/1", validBook, `If-Match: "x"`, 412, "no-store"},
		{"POST", "/book/", `{`, "", 400, "no-store"},
		{"POST", "/book/", invalidBook, "", 422, "no-store"},
		{"GET", "/book/?limit=0", "", "", 422, "no-store"},
		{"GET", "/", "", "Host: elsewhere.example", 421, "no-store"},
		{"POST", "/book/", validBook, "Sec-Fetch-Site: cross-site", 403, "no-store"},
	})
}

// checkHeaders sends requests, and checks the cache and security headers of the responses.
func (s *service) checkHeaders(all []headers) {
	t := s.t
	t.Helper()
	for _, tt := range all {
		headers := []string{tt.header}
		if tt.body == validForm {
			headers = append(headers, formType)
		}
		got := s.Do(tt.method, tt.target, tt.body, headers...)
		what := tt.method + " " + tt.target + " " + tt.header
		if got.Status != tt.status {
			t.Errorf("%s = %d %s, want %d", what, got.Status, got.Body, tt.status)
		}
		isPage := strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") && got.Status < 300 || tt.header == "Accept: text/html" && got.Status == 404
		for name, want := range map[string]string{
			"Cache-Control": tt.cache, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": map[bool]string{true: "same-origin"}[isPage],
		} {
			if values := got.Header.Values(name); strings.Join(values, ", ") != want {
				t.Errorf("%s: %s = %q, want %q", what, name, values, want)
			}
		}
		if policy := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%s: Content-Security-Policy = %q", what, policy)
		}
	}
}
