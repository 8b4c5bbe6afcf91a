package browsable_test

import (
	"net/http"
	"testing"
)

func TestFileThatIsJSONIsNoPage(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, tt := range []struct {
		name, header, body string
		status             int
	}{
		{"as it is", "X-Nothing: special", notes, http.StatusOK},
		{"a part of it", "Range: bytes=0-4", notes[:5], http.StatusPartialContent},
		{"one that the browser has", `If-None-Match: "notes"`, "", http.StatusNotModified},
	} {
		got := c.Want(tt.status, "GET", "/notes.json", "", html, tt.header)
		if got.Body != tt.body || got.Header.Get("ETag") != `"notes"` {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if got := c.Want(http.StatusOK, "GET", "/encoded", "", html); got.Body != "compressed" {
		t.Errorf("what is encoded already has become %s", got.Body)
	}
}

func TestQueryThatIsMalformedIsRefusedWithAFormatToo(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, query := range []string{"format=html;x", "format=html&%zz"} {
		c.Want(http.StatusBadRequest, "GET", "/plant/?"+query, "", html)
		c.Want(http.StatusBadRequest, "GET", "/plant/?"+query, "")
	}
}

func TestChangeThatAsksForAPageKeepsItsConditions(t *testing.T) {
	t.Parallel()
	c := start(t)
	etag := c.Want(http.StatusCreated, "POST", "/plant/", fern).Header.Get("ETag")
	c.Want(http.StatusPreconditionFailed, "PUT", "/plant/1", fern, html, "If-None-Match: "+etag)
}
