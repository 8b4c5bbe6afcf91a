package logging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"time"
)

const (
	// syslogTimeout is the timeout of a dial and of a write.
	syslogTimeout = 2 * time.Second
	// backoff is the wait after the first failure. It doubles up to maxBackoff.
	backoff    = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
	// maxDatagram is the size that RFC 5426, section 3.2, recommends that receivers accept.
	maxDatagram = 2048
	// facility is local0.
	facility = 16
)

var errStopped = errors.New("the log is closed")

// Syslog sends records to a log server as RFC 5424 messages: over TCP with octet counting (RFC
// 6587, section 3.4.1), over UDP as one datagram each. Logging never waits for the server.
type Syslog struct {
	*Queue
	network, address string
	app, host        string
	pid              int

	// Used by the sending goroutine only:
	conn net.Conn
	loss lossReport

	stop chan struct{}
}

// NewSyslog returns a sender to an address such as tcp://log:514. It connects when the first record
// is logged. Messages carry app, host and pid. The caller closes it.
func NewSyslog(address, app, host string, pid int) (*Syslog, error) {
	u, err := SyslogURL(address)
	if err != nil {
		return nil, err
	}
	s := &Syslog{network: u.Scheme, address: u.Host, app: app, host: host, pid: pid, stop: make(chan struct{})}
	s.Queue = newQueue(s.deliver, s.stop)
	return s, nil
}

// SyslogURL parses the address of a log server.
func SyslogURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err == nil {
		_, err = strconv.ParseUint(u.Port(), 10, 16)
	}
	if err != nil || u.Scheme != "tcp" && u.Scheme != "udp" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("it must be tcp://HOST:PORT or udp://HOST:PORT")
	}
	return u, nil
}

// Close sends the waiting messages, which takes at most wait, and disconnects.
func (s *Syslog) Close(wait time.Duration) {
	s.Queue.Close(wait)
	s.disconnect()
}

// deliver sends one message. It retries until the message is sent or the log is closed.
func (s *Syslog) deliver(message []byte) error {
	for wait := backoff; ; wait = min(2*wait, maxBackoff) {
		err := s.connect()
		if err == nil {
			err = s.loss.report(s.Dropped(), s.writeLoss)
		}
		if err == nil {
			err = s.write(message)
		}
		if err == nil {
			return nil
		}
		s.loss.connectionBroke()
		s.disconnect()
		select {
		case <-s.stop:
			return errStopped
		case <-time.After(wait):
		}
	}
}

func (s *Syslog) connect() error {
	if s.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), syslogTimeout)
	defer cancel()
	go func() {
		select {
		case <-s.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return err
	}
	s.conn = conn
	if s.network == "tcp" {
		// The server sends nothing. A read that ends shows that the server has closed the
		// connection, before a message is written to it and lost.
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}()
	}
	return nil
}

func (s *Syslog) writeLoss(records uint64) error {
	return s.write(s.message(slog.LevelWarn, time.Now(), "", fmt.Sprintf("log records were dropped here: %d", records)))
}

func (s *Syslog) disconnect() {
	if s.conn != nil {
		_ = s.conn.Close() // it may be broken already
		s.conn = nil
	}
}

func (s *Syslog) write(message []byte) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(syslogTimeout)); err != nil {
		return err
	}
	if s.network == "udp" {
		_, err := s.conn.Write(message[:min(len(message), maxDatagram)])
		return err
	}
	_, err := s.conn.Write(append(fmt.Appendf(nil, "%d ", len(message)), message...))
	return err
}

// message formats one record. 32473 is the enterprise number that RFC 5612 reserves for
// examples; replace it with the number of your organization.
func (s *Syslog) message(level slog.Level, at time.Time, requestID, text string) []byte {
	data := "-"
	if requestID != "" {
		data = fmt.Sprintf(`[request@32473 id="%s"]`, requestID)
	}
	return fmt.Appendf(nil, "<%d>1 %s %s %s %d - %s %s",
		facility*8+severity(level), at.UTC().Format("2006-01-02T15:04:05.000000Z07:00"), s.host, s.app, s.pid, data, text)
}

func severity(level slog.Level) int {
	switch {
	case level >= slog.LevelError:
		return 3
	case level >= slog.LevelWarn:
		return 4
	case level >= slog.LevelInfo:
		return 6
	}
	return 7
}
