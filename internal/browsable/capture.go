package browsable

import (
	"bytes"
	"maps"
	"mime"
	"net/http"
)

// capture is the answer of the handlers. JSON is kept, to make a page of it;
// anything else, such as a file, passes to the client as it comes.
type capture struct {
	to     http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
	passed bool
	// all says that nothing passes.
	all bool
}

func newCapture(to http.ResponseWriter) *capture {
	return &capture{to: to, header: to.Header().Clone()}
}

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
	case c.all || isJSON(c.header.Get("Content-Type")):
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
	if c.status == 0 && !c.passed {
		c.WriteHeader(http.StatusOK)
	}
	if c.passed {
		return c.to.Write(data)
	}
	return c.body.Write(data)
}

// done ends the answer of a handler that has written nothing.
func (c *capture) done() {
	if c.status == 0 && !c.passed {
		c.WriteHeader(http.StatusOK)
	}
}

func (c *capture) ok() bool { return c.status >= 200 && c.status < 300 }

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || mediaType == "application/problem+json")
}
