package admin

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

// maxViewers is how many clients can watch the live plots at once.
const maxViewers = 16

// viewers are the WebSocket connections of the live plots. statsviz neither closes them nor
// sets write deadlines; viewers and viewer do.
type viewers struct {
	mu     sync.Mutex
	all    map[*viewer]bool
	closed bool
}

// watching reports whether there are viewers.
func (v *viewers) watching() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.all) > 0
}

// admit lets next hijack the connection of r, unless there are maxViewers already.
func (v *viewers) admit(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	c := &viewer{viewers: v}
	if !v.add(c) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusServiceUnavailable, "Too many viewers of the live plots. Try again later.").RetryAfter(5))
		return
	}
	defer v.removeUnconnected(c)
	next(hijackRecorder{w, c}, r)
}

// add reserves a place for c, which has no connection yet. It reports whether there was one left.
func (v *viewers) add(c *viewer) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.all) >= maxViewers {
		return false
	}
	if v.all == nil {
		v.all = map[*viewer]bool{}
	}
	v.all[c] = true
	return true
}

// removeUnconnected removes c if its request was not upgraded to a connection.
func (v *viewers) removeUnconnected(c *viewer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.Conn == nil {
		delete(v.all, c)
	}
}

// close closes all connections, and refuses new ones.
func (v *viewers) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	for c := range v.all {
		if c.Conn != nil {
			c.Conn.Close()
		}
	}
}

// hijackRecorder gives the hijacked connection of a request to its viewer.
type hijackRecorder struct {
	http.ResponseWriter
	viewer *viewer
}

func (h hijackRecorder) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Hijack returns the viewer as the connection.
func (h hijackRecorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c := h.viewer
	c.viewers.mu.Lock()
	defer c.viewers.mu.Unlock()
	if c.viewers.closed {
		conn.Close()
		return nil, nil, errors.New("the live plots are closed")
	}
	c.Conn = conn
	// Viewers send nothing; the read ends when the connection is closed.
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		_ = c.Close() // it may be closed already
	}()
	return c, buffers, nil
}

// viewer is a connection that closes itself when the client is too slow or gone.
type viewer struct {
	net.Conn
	viewers *viewers
}

func (c *viewer) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		_ = c.Close() // the first error is more useful
	}
	return n, err
}

func (c *viewer) Close() error {
	c.viewers.mu.Lock()
	defer c.viewers.mu.Unlock()
	delete(c.viewers.all, c)
	return c.Conn.Close()
}
