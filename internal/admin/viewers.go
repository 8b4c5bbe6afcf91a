package admin

import (
	"bufio"
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
	// writeTimeout is how long a viewer may take to receive what it is sent.
	writeTimeout = 5 * time.Second
)

// viewers are the connections on which the live plots move. statsviz never closes one,
// and waits for each as long as it takes, so that is done here.
type viewers struct {
	mu    sync.Mutex
	conns map[*viewer]bool
}

func (v *viewers) some() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.conns) > 0
}

// admit hands the connection of a request to next, if there is a place.
func (v *viewers) admit(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	v.mu.Lock()
	full := len(v.conns) >= maxViewers
	v.mu.Unlock()
	if full {
		web.WriteProblem(w, r, web.NewProblem(http.StatusServiceUnavailable, "Too many look at the live plots.").RetryAfter(5))
		return
	}
	next(door{w, v}, r)
}

func (v *viewers) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c := range v.conns {
		c.Conn.Close()
	}
}

// door is where a request becomes a viewer.
type door struct {
	http.ResponseWriter
	viewers *viewers
}

func (d door) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// Hijack hands the connection over.
func (d door) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(d.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	c := &viewer{conn, d.viewers}
	d.viewers.mu.Lock()
	defer d.viewers.mu.Unlock()
	if d.viewers.conns == nil {
		d.viewers.conns = map[*viewer]bool{}
	}
	d.viewers.conns[c] = true
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
	delete(c.viewers.conns, c)
	return c.Conn.Close()
}
