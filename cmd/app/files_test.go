package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestOwnFilesAreServed(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	icon := s.do("GET", "/static/icon.svg", "")
	if icon.status != http.StatusOK || !strings.HasPrefix(icon.body, "<svg") {
		t.Errorf("/static/icon.svg = %d %s", icon.status, icon.body)
	}
	favicon := s.do("GET", "/favicon.ico", "")
	if favicon.status != http.StatusOK || !strings.HasPrefix(favicon.body, "\x00\x00\x01\x00") {
		t.Errorf("/favicon.ico = %d %q", favicon.status, favicon.body)
	}
	if index := s.do("GET", "/", ""); strings.Contains(index.body, "favicon") {
		t.Errorf("the index links to files: %s", index.body)
	}
}
