package app

import (
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

func TestPageForALongPathIsQuickAndSmall(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var page webtest.Response
	took := time.Hour
	for range 3 { // the best of them, on a busy machine
		begin := time.Now()
		page = s.Do("GET", strings.Repeat("/a", 31_000), "", browser)
		took = min(took, time.Since(begin))
	}
	if page.Status != 404 || len(page.Body) > 50_000 || took > 5*time.Second {
		t.Errorf("%d with %d bytes after %v", page.Status, len(page.Body), took)
	}
	if !strings.Contains(page.Body, "There is nothing at this address.") {
		t.Errorf("the page does not say what is wrong: %s", page.Body)
	}
}

func TestPageForALargeFormIsSmall(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	apostrophes := strings.Repeat("'", 1_000_000)
	for _, body := range []string{"title=" + apostrophes, "_content=" + apostrophes, "_etag=" + apostrophes, apostrophes + "=x"} {
		for _, target := range []string{"/book/", "/book/1", "/nothing"} {
			for _, method := range []string{"", "&_method=PUT", "&_method=PATCH", "&_method=DELETE"} {
				page := s.Do("POST", target, body+method, browser, formType)
				if method != "&_method=DELETE" && page.Status < 400 || len(page.Body) > 50_000 {
					t.Errorf("%.9s, sent to %s%s: %d with %d bytes", body, target, method, page.Status, len(page.Body))
				}
			}
		}
	}
	page := s.Do("POST", "/book/", "title="+apostrophes, browser, formType)
	for _, text := range []string{"expected length &lt;= 80", "too long to be shown again (1000000 bytes)"} {
		if !strings.Contains(page.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// A collection answers with a thousand books at most, and the page shows all of them.
func TestPageShowsTheLargestCollection(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"REQUEST_TIMEOUT": "1m"})
	body := bookWith("note", strings.Repeat("&", 200))
	for range 1000 {
		s.Do("POST", "/book/", body)
	}
	page := s.Do("GET", "/book/?limit=1000", "", browser)
	if n := strings.Count(page.Body, strings.Repeat("&amp;", 200)); n < 998 || strings.Contains(page.Body, "The rest is in the raw JSON.") {
		t.Errorf("a page of %d bytes shows %d books", len(page.Body), n)
	}
}

func TestHeadOfAPageHasTheHeadersOfGet(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, target := range []string{"/", "/book/", "/book/1", "/book/x", "/nothing", "/healthcheck", "/?format=html"} {
		for _, encoding := range []string{"identity", "gzip"} {
			headers := []string{browser, "X-Request-ID: same", "Accept-Encoding: " + encoding}
			get, head := s.Do("GET", target, "", headers...), s.Do("HEAD", target, "", headers...)
			for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "Etag", "Cache-Control"} {
				if get.Header.Get(name) != head.Header.Get(name) || get.Status != head.Status {
					t.Errorf("%s, %s: %s is %q for GET, and %q for HEAD", target, encoding, name, get.Header.Get(name), head.Header.Get(name))
				}
			}
		}
	}
}
