package app

import (
	"strings"
	"testing"
	"time"
)

func TestPageOfALongPathIsSoonMade(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var page reply
	took := time.Hour
	for range 3 { // the best of them, on a busy machine
		begin := time.Now()
		page = s.do("GET", strings.Repeat("/a", 31_000), "", browser)
		took = min(took, time.Since(begin))
	}
	if page.status != 404 || len(page.body) > 50_000 || took > 5*time.Second {
		t.Errorf("%d with %d bytes after %v", page.status, len(page.body), took)
	}
	if !strings.Contains(page.body, "There is nothing at this address.") {
		t.Errorf("the page does not say what is wrong: %s", page.body)
	}
}

func TestPageOfALargeFormIsSmall(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	apostrophes := strings.Repeat("'", 1_000_000)
	for _, body := range []string{"title=" + apostrophes, "_content=" + apostrophes, "_etag=" + apostrophes, apostrophes + "=x"} {
		for _, target := range []string{"/book/", "/book/1", "/nothing"} {
			for _, method := range []string{"", "&_method=PUT", "&_method=PATCH", "&_method=DELETE"} {
				page := s.do("POST", target, body+method, browser, formType)
				if method != "&_method=DELETE" && page.status < 400 || len(page.body) > 50_000 {
					t.Errorf("%.9s, sent to %s%s: %d with %d bytes", body, target, method, page.status, len(page.body))
				}
			}
		}
	}
	page := s.do("POST", "/book/", "title="+apostrophes, browser, formType)
	for _, text := range []string{"expected length &lt;= 80", "too long to be shown again (1000000 bytes)"} {
		if !strings.Contains(page.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// A thousand books are the most that a collection answers with: the page shows them all.
func TestPageShowsTheLargestCollection(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	body := bookWith("note", strings.Repeat("&", 200))
	for range 1000 {
		s.do("POST", "/book/", body)
	}
	page := s.do("GET", "/book/?limit=1000", "", browser)
	if n := strings.Count(page.body, strings.Repeat("&amp;", 200)); n < 998 || strings.Contains(page.body, "The rest is in the raw JSON.") {
		t.Errorf("a page of %d bytes shows %d books", len(page.body), n)
	}
}

func TestHeadOfAPageHasTheLengthOfItsGet(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, target := range []string{"/", "/book/", "/book/1", "/book/x", "/nothing", "/healthcheck", "/docs", "/?format=html"} {
		for _, encoding := range []string{"identity", "gzip"} {
			headers := []string{browser, "X-Request-ID: same", "Accept-Encoding: " + encoding}
			get, head := s.do("GET", target, "", headers...), s.do("HEAD", target, "", headers...)
			for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "Etag", "Cache-Control"} {
				if get.header.Get(name) != head.header.Get(name) || get.status != head.status {
					t.Errorf("%s, %s: %s is %q, of its HEAD %q", target, encoding, name, get.header.Get(name), head.header.Get(name))
				}
			}
		}
	}
}
