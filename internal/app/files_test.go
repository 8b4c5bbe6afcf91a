package app

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

func TestTextsAreSentCompressedAndLoggedAsTheyWereSent(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	plain := s.do("GET", "/openapi.json", "", "Accept-Encoding: identity")
	packed := s.do("GET", "/openapi.json", "", "Accept-Encoding: gzip", "X-Request-ID: packed")
	if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) > len(plain.body)/3 {
		t.Errorf("%v, %d bytes of %d", packed.header, len(packed.body), len(plain.body))
	}
	for _, answer := range []reply{plain, packed} {
		if got := strings.Join(answer.header.Values("Vary"), ", "); got != "Accept-Encoding, Accept" {
			t.Errorf("Vary = %s", got)
		}
	}
	logged := s.record("request", func(record map[string]any) bool { return record["request_id"] == "packed" })
	if logged["bytes"] != float64(len(packed.body)) {
		t.Errorf("%v bytes are logged, %d were sent", logged["bytes"], len(packed.body))
	}
}
