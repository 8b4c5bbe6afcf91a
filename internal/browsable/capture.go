package browsable

import (
	"bytes"
	"maps"
	"mime"
	"net/http"
)

// capture is a ResponseWriter that keeps a response from which a page can be made. It passes
// any other response, such as a file, to the client as it comes.
type capture struct {
	to     http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
	// passed means that the response goes straight to the client.
	passed bool
	// isAPI means that JSON is a response of the API, and not a file.
	isAPI bool
	// captureAll keeps every response.
	captureAll bool
}

// Unwrap lets http.ResponseController set deadlines of the connection.
func (c *capture) Unwrap() http.ResponseWriter { return c.to }

func (c *capture) Header() http.Header {
	if c.passed {
		return c.to.Header()
	}
	return c.header
}

// WriteHeader may be called twice: if a handler panics after it has begun to answer, the
// problem replaces its response.
func (c *capture) WriteHeader(status int) {
	switch {
	case c.passed || status < http.StatusOK:
		c.to.WriteHeader(status)
	case c.captureAll || c.isForPage():
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

// begin sets the status 200 if the handler has set none.
func (c *capture) begin() {
	if c.status == 0 && !c.passed {
		c.WriteHeader(http.StatusOK)
	}
}

func (c *capture) ok() bool { return c.status >= 200 && c.status < 300 }

// isForPage reports whether a page can be made of the response: it is JSON of the API, not
// compressed and not a part.
func (c *capture) isForPage() bool {
	mediaType, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	return err == nil && (mediaType == "application/problem+json" || c.isAPI && mediaType == "application/json") &&
		c.header.Get("Content-Encoding") == "" && c.header.Get("Content-Range") == ""
}
