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
	// syslogTimeout bounds a dial and a write.
	syslogTimeout = 2 * time.Second
	// backoff is how long to wait after a failure, doubled up to maxBackoff.
	backoff    = 100 * time.Millisecond
	maxBackoff = 5 * time.Second
	// maxDatagram is what a log server must at least be able to take
	// (RFC 5426, section 3.2, recommends 2048).
	maxDatagram = 2048
	// facility is local0.
	facility = 16
)

var errStopped = errors.New("the log is closed")

// Syslog sends records to a log server as RFC 5424 messages: over TCP with their
// length in front (RFC 6587, section 3.4.1), over UDP as one datagram each. The
// server may be slow, hang or be gone: nobody who logs waits for it.
type Syslog struct {
	*Queue
	network, address string
	app, host        string
	pid              int

	// Of the sending goroutine only:
	conn   net.Conn
	told   uint64 // how many lost records the server was told of
	sure   uint64 // how many of them on a connection that went on
	toldAt time.Time
	stop   chan struct{}
}

// NewSyslog returns a sender to an address such as tcp://log:514. It does not
// connect yet. The app, the host and the process are what messages say of
// themselves. The caller closes it.
func NewSyslog(address, app, host string, pid int) (*Syslog, error) {
	u, err := SyslogURL(address)
	if err != nil {
		return nil, err
	}
	s := &Syslog{network: u.Scheme, address: u.Host, app: app, host: host, pid: pid, stop: make(chan struct{})}
	s.Queue = newQueue(s.deliver, s.stop)
	return s, nil
}

// SyslogURL checks the address of a log server.
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

// Close sends what is waiting, for at most that long, and disconnects.
func (s *Syslog) Close(wait time.Duration) {
	s.Queue.Close(wait)
	s.disconnect()
}

// deliver sends one message, trying until it is sent or the log is closed.
func (s *Syslog) deliver(message []byte) error {
	for wait := backoff; ; wait = min(2*wait, maxBackoff) {
		err := s.connect()
		if err == nil {
			err = s.tellLoss()
		}
		if err == nil {
			err = s.write(message)
		}
		if err == nil {
			return nil
		}
		s.lose()
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
		// The server never speaks; the end of what it says is how we see that it
		// is gone before we write into the void.
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}()
	}
	return nil
}

// tellLoss says once, as soon as messages go through again, how many were lost.
func (s *Syslog) tellLoss() error {
	dropped := s.Dropped()
	if dropped == s.told {
		return nil
	}
	if time.Since(s.toldAt) >= unsure {
		s.sure = s.told
	}
	text := fmt.Sprintf("log records were dropped here: %d", dropped-s.told)
	err := s.write(s.message(slog.LevelWarn, time.Now(), "", text))
	if err == nil {
		s.told, s.toldAt = dropped, time.Now()
	}
	return err
}

// unsure bounds how long a connection must go on for what it took to be there.
const unsure = 10 * time.Second

// lose ends a connection that broke. What it was told a moment ago may not have
// arrived, and is told again: something before the server may accept and hang up.
func (s *Syslog) lose() {
	if time.Since(s.toldAt) < unsure {
		s.told = s.sure
	}
	s.disconnect()
}

func (s *Syslog) disconnect() {
	if s.conn != nil {
		_ = s.conn.Close() // it is broken already
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

// message formats one record. 32473 is the number that RFC 5612 reserves for
// examples: an organisation puts its own there.
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
