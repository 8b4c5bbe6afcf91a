package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestEveryAnswerSaysHowItMayBeKept(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	etag := s.do("GET", "/tweet/1", "").header.Get("ETag")
	style := regexp.MustCompile(`/static/browsable[^"]+[.]css`).FindString(s.do("GET", "/", "", "Accept: text/html").body)
	for _, tt := range []struct {
		method, target, body, header string
		status                       int
		want                         string
	}{
		{"GET", "/tweet/1", "", "", 200, "no-cache"},
		{"HEAD", "/tweet/1", "", "", 200, "no-cache"},
		{"GET", "/tweet/1", "", "If-None-Match: " + etag, 304, "no-cache"},
		{"GET", "/tweet/1", "", "If-Match: \"other\"", 412, "no-store"},
		{"GET", "/tweet/1", "", "Accept: text/html", 200, "no-store"},
		{"GET", "/tweet/999", "", "", 404, "no-store"},
		{"GET", "/tweet/999", "", "Accept: text/html", 404, "no-store"},
		{"GET", "/tweet/", "", "", 200, "no-store"},
		{"GET", "/nothing", "", "", 404, "no-store"},
		{"GET", "/tweet/1", "", "Host: stranger.example", 421, "no-store"},
		{"GET", "//tweet/", "", "", 307, "no-store"},
		{"PATCH", "/tweet/", "{}", "", 405, "no-store"},
		{"OPTIONS", "/tweet/", "", "", 200, "no-store"},
		{"POST", "/tweet/", "{", "", 400, "no-store"},
		{"DELETE", "/tweet/2", "", "", 204, "no-store"},
		{"GET", "/", "", "", 200, "no-store"},
		{"GET", "/livez", "", "", 200, "no-store"},
		{"GET", "/healthcheck", "", "", 200, "no-store"},
		{"GET", "/openapi.json", "", "", 200, "no-store"},
		{"GET", "/docs", "", "", 200, "no-cache"},
		{"GET", "/favicon.ico", "", "", 200, "no-cache"},
		{"GET", style, "", "", 200, "public, max-age=31536000, immutable"},
	} {
		got := s.do(tt.method, tt.target, tt.body, tt.header)
		if kept := strings.Join(got.header.Values("Cache-Control"), ", "); got.status != tt.status || kept != tt.want {
			t.Errorf("%s %s with %q = %d with Cache-Control %q, want %d with %q", tt.method, tt.target, tt.header, got.status, kept, tt.status, tt.want)
		}
		for _, name := range []string{"Content-Security-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy", "X-Content-Type-Options"} {
			if len(got.header.Values(name)) != 1 {
				t.Errorf("%s %s with %q has %s: %q", tt.method, tt.target, tt.header, name, got.header.Values(name))
			}
		}
	}
}

// The cache is told to keep for an hour what does not say how long it may be kept.
func TestSharedCacheInFrontChangesNothing(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	port := startNginx(t, strings.TrimPrefix(s.url, "http://"),
		"proxy_cache shared; proxy_cache_valid any 1h; proxy_cache_revalidate on; add_header X-Cache $upstream_cache_status always;")
	do := func(want int, method, target, body string, headers ...string) reply {
		t.Helper()
		got := s.do(method, "http://127.0.0.1:"+port+target, body, headers...)
		if got.status != want {
			t.Errorf("%s %s = %d %s, want %d", method, target, got.status, got.body, want)
		}
		return got
	}
	do(http.StatusNotFound, "GET", "/tweet/3", "")
	do(http.StatusCreated, "POST", "/tweet/", `{"text": "new"}`)
	do(http.StatusOK, "GET", "/tweet/3", "")
	do(http.StatusOK, "PUT", "/tweet/3", `{"text": "changed"}`)
	if got := do(http.StatusOK, "GET", "/tweet/3", ""); !strings.Contains(got.body, "changed") {
		t.Errorf("after the change the cache answers %s", got.body)
	}
	do(http.StatusNoContent, "DELETE", "/tweet/3", "")
	do(http.StatusNotFound, "GET", "/tweet/3", "")
	if got := do(http.StatusOK, "GET", "/tweet/1", "", "Accept: text/html"); !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("the page is %s", got.header.Get("Content-Type"))
	}
	for _, target := range []string{"/tweet/1", "/tweet/", "/nothing", "/livez", "/healthcheck", "/"} {
		get := func() string { return s.do("GET", "http://127.0.0.1:"+port+target, "").header.Get("X-Request-ID") }
		if first := get(); first == get() {
			t.Errorf("GET %s has the request id of another client", target)
		}
	}
	style := regexp.MustCompile(`/static/browsable[^"]+[.]css`).FindString(s.do("GET", "/", "", "Accept: text/html").body)
	do(http.StatusOK, "GET", style, "")
	if got := do(http.StatusOK, "GET", style, ""); got.header.Get("X-Cache") != "HIT" {
		t.Errorf("a file that may be kept is a %s", got.header.Get("X-Cache"))
	}
}
