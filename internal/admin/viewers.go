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

const (
	// maxViewers is how many may look at the live plots at once.
	maxViewers = 16
	// writeTimeout is how long a client may take to receive a part of the plots or of a profile.
	writeTimeout = 5 * time.Second
)

// viewers are the connections on which the live plots move. statsviz never closes one,
// and waits for each as long as it takes, so that is done here.
type viewers struct {
	mu     sync.Mutex
	all    map[*viewer]bool
	closed bool
}

func (v *viewers) some() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.all) > 0
}

// admit hands the connection of a request to next, if there is a place.
func (v *viewers) admit(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	c := &viewer{viewers: v}
	if !v.enter(c) {
		web.WriteProblem(w, r, web.NewProblem(http.StatusServiceUnavailable, "Too many viewers of the live plots. Try again later.").RetryAfter(5))
		return
	}
	defer v.leave(c)
	next(door{w, c}, r)
}

// enter takes a place for c, which has no connection yet.
func (v *viewers) enter(c *viewer) bool {
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

// leave frees the place of c, if it has got no connection: it was no viewer.
func (v *viewers) leave(c *viewer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c.Conn == nil {
		delete(v.all, c)
	}
}

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

// door is where a request becomes a viewer.
type door struct {
	http.ResponseWriter
	viewer *viewer
}

func (d door) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// Hijack hands the connection over.
func (d door) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(d.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c := d.viewer
	c.viewers.mu.Lock()
	defer c.viewers.mu.Unlock()
	if c.viewers.closed {
		conn.Close()
		return nil, nil, errors.New("the live plots have ended")
	}
	c.Conn = conn
	// A viewer has nothing to say but that it is gone.
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		_ = c.Close() // it may be closed already
	}()
	return c, buffers, nil
}

// viewer is a connection that is closed when it is gone, or cannot keep up.
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
		_ = c.Close() // the first error says more
	}
	return n, err
}

func (c *viewer) Close() error {
	c.viewers.mu.Lock()
	defer c.viewers.mu.Unlock()
	delete(c.viewers.all, c)
	return c.Conn.Close()
}
