package assets_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestSingleByteRangeIsHonoredAndAnyOtherRangeIsIgnored(t *testing.T) {
	t.Parallel()
	c, files := newClient(t)
	var many strings.Builder
	many.WriteString("0-0")
	for i := range 5810 {
		fmt.Fprintf(&many, ",%d-%d", i%len(style), i%len(style))
	}
	whole, size := style, fmt.Sprint(len(style))
	for _, tt := range []struct {
		method, header string
		status         int
		body, content  string
	}{
		{"GET", "bytes=0-5", 206, whole[:6], "bytes 0-5/" + size},
		{"GET", "bytes=10-", 206, whole[10:], "bytes 10-3599/" + size},
		{"GET", "bytes=-5", 206, whole[len(whole)-5:], "bytes 3595-3599/" + size},
		{"GET", "bytes=-999999999999", 206, whole, "bytes 0-3599/" + size},
		{"GET", "bytes=3599-999999999999", 206, whole[3599:], "bytes 3599-3599/" + size},
		{"GET", "bytes=-0", 416, "", "bytes */" + size},
		{"GET", "bytes=-000", 416, "", "bytes */" + size},
		{"GET", "bytes=3600-", 416, "", "bytes */" + size},
		{"GET", "bytes=" + many.String(), 200, whole, ""},
		{"GET", "bytes=0-1,3-4", 200, whole, ""},
		{"GET", "bytes=0-,0-,0-", 200, whole, ""},
		{"GET", "items=0-5", 200, whole, ""},
		{"GET", "Bytes=0-5", 200, whole, ""},
		{"GET", "seconds=1-2, bytes=0-5", 200, whole, ""},
		{"GET", "bytes", 200, whole, ""},
		{"GET", "bytes=", 200, whole, ""},
		{"GET", "bytes=-", 200, whole, ""},
		{"GET", "bytes=a-b", 200, whole, ""},
		{"GET", "bytes=+1-2", 200, whole, ""},
		{"GET", "bytes=--1", 200, whole, ""},
		{"GET", "bytes=0-99999999999999999999", 200, whole, ""},
		{"GET", "bytes=99999999999999999999-", 200, whole, ""},
		{"HEAD", "bytes=0-5", 200, "", ""},
		{"HEAD", "bytes=3600-", 200, "", ""},
	} {
		for _, target := range []string{files.URL("style.css"), "/static/style.css"} {
			answer := c.Do(tt.method, target, "", "Range: "+tt.header)
			shown := tt.header[:min(len(tt.header), 60)]
			if answer.Status != tt.status || answer.Header.Get("Content-Range") != tt.content {
				t.Errorf("%s, Range %s: %d, Content-Range %q", tt.method, shown, answer.Status, answer.Header.Get("Content-Range"))
			}
			if answer.Status < 400 && tt.method == "GET" && answer.Body != tt.body {
				t.Errorf("%s, Range %s: %d bytes", tt.method, shown, len(answer.Body))
			}
		}
	}
}

func TestTwoRangeHeadersAreIgnored(t *testing.T) {
	t.Parallel()
	c, files := newClient(t)
	c.Want(http.StatusOK, "GET", files.URL("style.css"), "", "Range: bytes=0-5", "Range: bytes=1-2")
}
