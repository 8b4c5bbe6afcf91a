package logtest

import (
	"net"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/octetcounting"
	"github.com/leodido/go-syslog/v4/rfc5424"
)

// Server is a syslog server on TCP.
type Server struct {
	net.Listener
	parsed chan *rfc5424.SyslogMessage
}

// Listen starts a log server, which stops at the end of the test. A message that it cannot parse
// fails the test.
func Listen(t testing.TB, address string) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{listener, make(chan *rfc5424.SyslogMessage, 100_000)}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			parser := octetcounting.NewParser(syslog.WithListener(func(r *syslog.Result) {
				switch {
				case r.Error == nil:
					s.parsed <- r.Message.(*rfc5424.SyslogMessage)
				case t.Context().Err() == nil: // the end of the test truncates messages
					t.Errorf("the log server cannot parse a message: %v", r.Error)
				}
			}))
			go parser.Parse(conn)
		}
	}()
	return s
}

// URL is the server's SYSLOG_ADDRESS.
func (s *Server) URL() string { return "tcp://" + s.Addr().String() }

// Next returns the next message. The test fails if none arrives within 10 s.
func (s *Server) Next(t testing.TB) *rfc5424.SyslogMessage {
	t.Helper()
	select {
	case message := <-s.parsed:
		return message
	case <-time.After(10 * time.Second):
		t.Fatal("no message arrived")
		return nil
	}
}
