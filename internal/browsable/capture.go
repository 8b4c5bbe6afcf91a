package browsable

import (
	"bytes"
	"maps"
	"mime"
	"net/http"
)

// capture is the answer of the handlers. What a page is made of is kept; anything
// else, such as a file, passes to the client as it comes.
type capture struct {
	to     http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
	passed bool
	// data says that JSON is an answer of the API, and no file; all that nothing passes.
	data, all bool
}

// Unwrap lets http.ResponseController end the reading of a body.
func (c *capture) Unwrap() http.ResponseWriter { return c.to }

func (c *capture) Header() http.Header {
	if c.passed {
		return c.to.Header()
	}
	return c.header
}

// WriteHeader may come twice: a handler that panics half way has answered already
// when the problem is written, and then only that counts.
func (c *capture) WriteHeader(status int) {
	switch {
	case c.passed || status < http.StatusOK:
		c.to.WriteHeader(status)
	case c.all || c.isForPage():
		c.status = status
		c.body.Reset()
	default:
		c.passed = true
		header := c.to.Header()
		clear(header)
		maps.Copy(header, c.header)
		c.to.WriteHeader(status)
	}
}

func (c *capture) Write(data []byte) (int, error) {
	c.begin()
	if c.passed {
		return c.to.Write(data)
	}
	return c.body.Write(data)
}

// begin begins the answer of a handler that has named no status.
func (c *capture) begin() {
	if c.status == 0 && !c.passed {
		c.WriteHeader(http.StatusOK)
	}
}

func (c *capture) ok() bool { return c.status >= 200 && c.status < 300 }

// isForPage reports whether a page can be made of the answer: it is JSON of the API,
// and neither encoded nor a part.
func (c *capture) isForPage() bool {
	mediaType, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	return err == nil && (mediaType == "application/problem+json" || c.data && mediaType == "application/json") &&
		c.header.Get("Content-Encoding") == "" && c.header.Get("Content-Range") == ""
}
