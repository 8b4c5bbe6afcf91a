package swagger_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/assets"
	"example.com/templatesite/internal/swagger"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

func TestPageLoadsOnlyFilesThatThisServiceHas(t *testing.T) {
	t.Parallel()
	api := web.NewAPI(web.Options{Title: "test", Version: "1"})
	files := assets.New(append(swagger.Files(), fstest.MapFS{"favicon.ico": {}})...)
	swagger.Routes(api, files.URL)
	files.Routes(api)
	api.Documents()
	c := webtest.New(t, api)
	page := c.Want(http.StatusOK, "GET", "/docs", "")
	policy := page.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy = %q", policy)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page.Body, -1)
	for _, name := range []string{"Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"} {
		if page.Header.Get(name) == "" {
			t.Errorf("the page has no %s", name)
		}
	}
	if len(links) < 4 {
		t.Fatalf("links = %v", links)
	}
	for _, link := range links {
		if !strings.HasPrefix(link[1], "/") {
			t.Errorf("the page loads %q", link[1])
			continue
		}
		c.Want(http.StatusOK, "GET", link[1], "")
	}
	c.Want(http.StatusNotFound, "GET", "/static/oauth2-redirect.html", "")
}
