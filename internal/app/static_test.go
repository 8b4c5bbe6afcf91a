package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestStaticFilesAreServed(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	icon := s.Do("GET", "/static/icon.svg", "")
	if icon.Status != http.StatusOK || !strings.HasPrefix(icon.Body, "<svg") {
		t.Errorf("/static/icon.svg = %d %s", icon.Status, icon.Body)
	}
	favicon := s.Do("GET", "/favicon.ico", "")
	if favicon.Status != http.StatusOK || !strings.HasPrefix(favicon.Body, "\x00\x00\x01\x00") {
		t.Errorf("/favicon.ico = %d %q", favicon.Status, favicon.Body)
	}
	if index := s.Do("GET", "/", ""); strings.Contains(index.Body, "favicon") {
		t.Errorf("the index links to files: %s", index.Body)
	}
}

func TestStaticFilesHaveCacheAndSecurityHeaders(t *testing.T) {
	t.Parallel()
	startService(t, nil).checkHeaders([]headers{
		{"GET", "/static/icon.svg", "", "", 200, "no-cache"},
		{"GET", "/favicon.ico", "", "", 200, "no-cache"},
		{"GET", "/static//icon.svg", "", "", 307, "no-cache"},
		{"GET", "/static/icon.svg", "", "Range: bytes=999999-", 416, "no-store"},
		{"GET", "/static/icon.svg", "", `If-Match: "x"`, 412, "no-store"},
	})
}
