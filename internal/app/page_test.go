package app

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

const browser = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func TestErrorsFromEveryLayerAreShownAsPages(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	slow := startService(t, map[string]string{"REQUEST_TIMEOUT": "1ns"})
	db := filledDB(t)
	broken := startService(t, settingsOf(t, db))
	if _, err := db.ExecContext(t.Context(), "drop table book"); err != nil {
		t.Fatal(err)
	}
	failure := broken.Do("GET", "/book/", "").Status // as the engine's error is a 500 or a 503
	for _, tt := range []struct {
		s                          *service
		method, target, body, head string
		status                     int
	}{
		{s, "GET", "/nothing", "", "", 404},
		{s, "GET", "/book/x", "", "", 422},
		{s, "GET", "/book/?limit=0", "", "", 422},
		{s, "GET", "/book/?%zz", "", "", 400},
		{s, "POST", "/livez", "", formType, 405},
		{s, "POST", "/book/", "title=", formType, 422},
		{s, "POST", "/book/", "title=a%00b", formType, 422},
		{s, "POST", "/book/", "_content=[", formType, 400},
		{s, "POST", "/book/1", "_method=PUT&" + validForm + "&_etag=%22old%22", formType, 412},
		{s, "POST", "/book/", strings.Repeat("x", 4<<20), formType, 413},
		{s, "GET", "/", "", "Host: evil.example", 421},
		{slow, "GET", "/book/", "", "", 504},
		{broken, "GET", "/book/", "", "", failure},
		{broken, "POST", "/book/", validForm, formType, failure},
	} {
		headers := []string{browser, tt.head}
		if tt.status == 413 {
			// Without this header the connection may end before the client reads the response.
			headers = append(headers, "Expect: 100-continue")
		}
		answer := tt.s.Do(tt.method, tt.target, tt.body, headers...)
		if answer.Status != tt.status || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s %s = %d %s, want a page with %d", tt.method, tt.target, answer.Status, answer.Header.Get("Content-Type"), tt.status)
		}
		for _, text := range []string{`role="alert"`, strconv.Itoa(tt.status), answer.Header.Get("X-Request-ID")} {
			if !strings.Contains(answer.Body, text) {
				t.Errorf("%s %s: the page has no %q", tt.method, tt.target, text)
			}
		}
	}
}

func TestDocsAndFilesAreSentToBrowsersUnchanged(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for target, mediaType := range map[string]string{
		"/openapi.json": "application/openapi+json", "/static/browsable.css": "text/css; charset=utf-8",
		"/docs": "text/html; charset=utf-8", // feature: docs
	} {
		answer, plain := s.Do("GET", target, "", browser), s.Do("GET", target, "")
		if answer.Status != 200 || answer.Header.Get("Content-Type") != mediaType || answer.Body != plain.Body {
			t.Errorf("%s = %d %s", target, answer.Status, answer.Header.Get("Content-Type"))
		}
		if etag := plain.Header.Get("ETag"); etag != "" && s.Do("GET", target, "", browser, "If-None-Match: "+etag).Status != 304 {
			t.Errorf("%s is sent again", target)
		}
	}
}

func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	answer := s.Do("GET", "/book/", "", browser, "Accept-Encoding: gzip")
	z, err := gzip.NewReader(strings.NewReader(answer.Body))
	if err != nil || answer.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal(err, answer.Header)
	}
	if text, err := io.ReadAll(z); err != nil || !strings.HasSuffix(string(text), "</html>\n") {
		t.Errorf("the page ends too early: %v", err)
	}
}

func TestManyLargeFormsDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"REQUEST_TIMEOUT": "60s"})
	for range 60 { // 6 MB, of the 4 MB that all bodies have
		if _, err := fmt.Fprintf(dial(t, s.url), "POST /book/ HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s\r\nContent-Length: 1000000\r\n\r\n%s",
			browser, formType, strings.Repeat("x", 100_000)); err != nil {
			t.Fatal(err)
		}
	}
	// A client that sends a large form unasked may lose the answer that it does not fit.
	const ask = "Expect: 100-continue"
	becomes := func(status int, body string) {
		t.Helper()
		answer := s.Do("POST", "/book/", body, browser, formType, ask)
		for tries := 0; answer.Status == 503 && tries < 200; tries++ { // the pages for those that do not fit are being made
			time.Sleep(50 * time.Millisecond)
			answer = s.Do("POST", "/book/", body, browser, formType, ask)
		}
		if answer.Status != status {
			t.Errorf("a form of %d bytes is a %d, want %d", len(body), answer.Status, status)
		}
	}
	becomes(303, validForm)
	becomes(422, "note="+strings.Repeat("x", 500_000))
}

func TestFilesOfAPageMayBeKeptForEver(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	hashed := s.Do("GET", "/book/", "", browser).Body
	_, rest, _ := strings.Cut(hashed, `href="/static/`)
	name, _, _ := strings.Cut(rest, `"`)
	if got := s.Do("GET", "/static/"+name, ""); got.Status != http.StatusOK || got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%s = %d %v", name, got.Status, got.Header)
	}
}

func TestEveryPageHasCacheAndSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.checkHeaders([]headers{
		{"GET", "/book/1", "", "Accept: text/html", 200, "no-store"},
		{"GET", "/book/9", "", "Accept: text/html", 404, "no-store"},
		{"POST", "/book/", validForm, "Accept: text/html", 303, "no-store"},
	})
}
