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
