package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
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

func TestTextIsCompressedAndItsCompressedSizeIsLogged(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	plain := s.Do("GET", "/openapi.json", "", "Accept-Encoding: identity")
	packed := s.Do("GET", "/openapi.json", "", "Accept-Encoding: gzip", "X-Request-ID: packed")
	if packed.Header.Get("Content-Encoding") != "gzip" || len(packed.Body) > len(plain.Body)/3 {
		t.Errorf("%v, %d bytes of %d", packed.Header, len(packed.Body), len(plain.Body))
	}
	for _, answer := range []webtest.Response{plain, packed} {
		if got := strings.Join(answer.Header.Values("Vary"), ", "); got != "Accept-Encoding, Accept" {
			t.Errorf("Vary = %s", got)
		}
	}
	logged := s.record("request", func(record map[string]any) bool { return record["request_id"] == "packed" })
	if logged["bytes"] != float64(len(packed.Body)) {
		t.Errorf("%v bytes are logged, %d were sent", logged["bytes"], len(packed.Body))
	}
}
