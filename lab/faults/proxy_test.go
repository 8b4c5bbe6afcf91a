package faults

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// proxy is a TCP proxy that simulates network faults between its clients and a server.
type proxy struct {
	// address is the address that the proxy listens on.
	address string
	target  string

	mu    sync.Mutex
	conns map[net.Conn]bool
	delay time.Duration
	// open is closed while the proxy forwards data.
	open    chan struct{}
	refused bool
	// healed is closed by heal, which ends the current delays.
	healed chan struct{}
}

// newProxy starts a proxy for the target address. It is closed when the test ends.
func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: listener.Addr().String(), target: target, conns: map[net.Conn]bool{}, open: make(chan struct{}), healed: make(chan struct{})}
	close(p.open)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.forward(conn)
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		p.heal()
		p.cut()
	})
	return p
}

// slow delays each chunk of data.
func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// blackhole stops forwarding data. Connections stay open.
func (p *proxy) blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

// refuse closes new connections at once.
func (p *proxy) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = true
}

// heal reverts slow, blackhole and refuse.
func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay, p.refused = 0, false
	close(p.healed)
	p.healed = make(chan struct{})
	select {
	case <-p.open:
	default:
		close(p.open)
	}
}

// cut closes all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.Close()
	}
}

// add registers a connection. It returns false if new connections are refused.
func (p *proxy) add(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
	return !p.refused
}

func (p *proxy) remove(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	conn.Close()
}

func (p *proxy) forward(client net.Conn) {
	defer p.remove(client)
	if !p.add(client) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer p.remove(server)
	p.add(server)
	ended := make(chan struct{}, 2)
	go func() { p.pipe(server, client); ended <- struct{}{} }()
	go func() { p.pipe(client, server); ended <- struct{}{} }()
	<-ended // closing both connections ends the other direction
}

func (p *proxy) pipe(to io.Writer, from io.Reader) {
	chunk := make([]byte, 32<<10)
	for {
		n, err := from.Read(chunk)
		p.mu.Lock()
		open, delay, healed := p.open, p.delay, p.healed
		p.mu.Unlock()
		<-open
		if delay > 0 {
			select {
			case <-time.After(delay):
			case <-healed:
			}
		}
		if _, writeErr := to.Write(chunk[:n]); err != nil || writeErr != nil {
			return
		}
	}
}
