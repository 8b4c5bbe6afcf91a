package docs_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"example.com/templatesite/internal/docs"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/web/webtest"
)

func TestPageLoadsNothingFromElsewhereAndAllThatItLoadsIsThere(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	docs.Routes(api)
	api.Documents()
	c := webtest.New(t, api)
	page := c.Want(http.StatusOK, "GET", "/docs", "")
	policy := page.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy = %q", policy)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page.Body, -1)
	if len(links) < 4 {
		t.Fatalf("links = %v", links)
	}
	for _, link := range links {
		switch target := link[1]; {
		case strings.HasPrefix(target, "/"):
			plain := c.Want(http.StatusOK, "GET", target, "")
			packed := c.Want(http.StatusOK, "GET", target, "", "Accept-Encoding: gzip")
			if len(plain.Body) < len(packed.Body) || len(plain.Body) == 0 {
				t.Errorf("%s has %d bytes, packed %d", target, len(plain.Body), len(packed.Body))
			}
		case target != "data:,":
			t.Errorf("the page loads %q", target)
		}
	}
	c.Want(http.StatusNotFound, "GET", "/docs/index.html", "")
}
