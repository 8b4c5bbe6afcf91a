package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
)

func TestTextIsCompressedAndItsCompressedSizeIsLogged(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	plain := s.Do("GET", "/openapi.json", "", "Accept-Encoding: identity")
	packed := s.Do("GET", "/openapi.json", "", "Accept-Encoding: gzip", "X-Request-ID: packed")
	if packed.Header.Get("Content-Encoding") != "gzip" || len(packed.Body) > len(plain.Body)/3 {
		t.Errorf("%v, %d bytes of %d", packed.Header, len(packed.Body), len(plain.Body))
	}
	for _, answer := range []webtest.Response{plain, packed} {
		want := "Accept-Encoding"
		want += ", Accept" // feature: pages
		if got := strings.Join(answer.Header.Values("Vary"), ", "); got != want {
			t.Errorf("Vary = %s, want %s", got, want)
		}
	}
	logged := s.record("request", func(record map[string]any) bool { return record["request_id"] == "packed" })
	if logged["bytes"] != float64(len(packed.Body)) {
		t.Errorf("%v bytes are logged, %d were sent", logged["bytes"], len(packed.Body))
	}
}
