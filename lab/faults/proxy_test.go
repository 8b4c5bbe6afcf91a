package faults

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// proxy is a network that can be broken: it stands before a TCP server.
type proxy struct {
	// address is where it listens.
	address string
	target  string

	mu    sync.Mutex
	conns map[net.Conn]bool
	delay time.Duration
	// open is closed while bytes may pass.
	open    chan struct{}
	refused bool
	// healed is closed by heal, so that what is late arrives then.
	healed chan struct{}
}

// newProxy stands before the target, and ends with the test.
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
			go p.serve(conn)
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		p.heal()
		p.cut()
	})
	return p
}

// slow makes every piece that passes late by this much.
func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// blackhole lets nothing pass any more; connections stay open.
func (p *proxy) blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

// refuse ends new connections at once.
func (p *proxy) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = true
}

// heal undoes slow, blackhole and refuse.
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

// cut ends every connection that is open.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		conn.Close()
	}
}

// add remembers a connection, unless new ones are refused.
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

func (p *proxy) serve(client net.Conn) {
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
	go func() { p.pass(server, client); ended <- struct{}{} }()
	go func() { p.pass(client, server); ended <- struct{}{} }()
	<-ended // the other direction ends with the connections
}

func (p *proxy) pass(to io.Writer, from io.Reader) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
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
		if _, writeErr := to.Write(piece[:n]); err != nil || writeErr != nil {
			return
		}
	}
}
