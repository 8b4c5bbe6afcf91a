package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func newPipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	return r, w
}

// unreadPipe returns a fault in which no process reads the pipe of standard output.
func unreadPipe(t *testing.T) logFault {
	t.Helper()
	var text bytes.Buffer
	var reading sync.WaitGroup
	r, w := newPipe(t)
	return logFault{
		name: "standard output is a pipe that is never read", sink: "stdout", stdout: w,
		heal:     func() { reading.Go(func() { _, _ = io.Copy(&text, r) }) }, // until the service ends
		received: func() []byte { reading.Wait(); return text.Bytes() },
	}
}

// fullLog returns a fault in which standard output is a file on a full disk.
func fullLog(t *testing.T) logFault {
	t.Helper()
	dir := smallDisk(t, 1)
	name := filepath.Join(dir, "log")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	free := fill(t, dir)
	return logFault{
		name: "disk of standard output is full", sink: "stdout", stdout: file, heal: free,
		received: func() []byte { text, _ := os.ReadFile(name); return text },
	}
}

// logServer is a log server behind a proxy.
type logServer struct {
	network *proxy
	mu      sync.Mutex
	text    bytes.Buffer
}

func newLogServer(t *testing.T) *logServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	s := &logServer{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.read(conn)
		}
	}()
	s.network = newProxy(t, listener.Addr().String())
	return s
}

func (s *logServer) read(conn net.Conn) {
	defer conn.Close()
	for in := bufio.NewReader(conn); ; {
		var length int
		if _, err := fmt.Fscanf(in, "%d ", &length); err != nil {
			return
		}
		message := make([]byte, length)
		if _, err := io.ReadFull(in, message); err != nil {
			return
		}
		s.mu.Lock()
		s.text.Write(append(message, '\n'))
		s.mu.Unlock()
	}
}

func (s *logServer) settings() []string { return []string{"SYSLOG_ADDRESS=tcp://" + s.network.address} }

func (s *logServer) fault(name string, working *logServer, repeats bool) logFault {
	return logFault{
		name: name, sink: "syslog", settings: s.settings(), baseline: working.settings(), repeats: repeats, heal: s.network.heal,
		received: func() []byte {
			time.Sleep(time.Second) // the proxy may still forward data
			s.mu.Lock()
			defer s.mu.Unlock()
			return bytes.Clone(s.text.Bytes())
		},
	}
}
