package logging_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4/rfc5424"

	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/logtest"
	"example.com/templatesite/internal/web"
)

// newLog returns a logger that sends to address, and its sink.
func newLog(t *testing.T, address string) (*slog.Logger, *logging.Syslog) {
	t.Helper()
	s, err := logging.NewSyslog(address, "shop", "host", 42)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(time.Second) })
	return slog.New(s.Handler(slog.LevelInfo)), s
}

func TestRecordIsSentAsAMessageWithItsRequestID(t *testing.T) {
	t.Parallel()
	server := logtest.Listen(t, "127.0.0.1:0")
	log, _ := newLog(t, server.URL())
	ctx := web.WithInfo(t.Context(), &web.Info{IDs: web.IDs{RequestID: "test_id"}})
	log.DebugContext(ctx, "not sent")
	log.With("a", 1).WithGroup("g").WarnContext(ctx, "first\nline", "b", "x\ny", "text", `"quoted"`)
	log.Error("second")
	m := server.Next(t)
	data := (*m.StructuredData)["request@32473"]
	if *m.Severity != 4 || *m.Facility != 16 || *m.Appname != "shop" || *m.Hostname != "host" || *m.ProcID != "42" || data["id"] != "test_id" {
		t.Errorf("message = %+v, data %v", m, data)
	}
	if want := `first line a=1 g.b="x\ny" g.text="\"quoted\"" g.request_id=test_id`; *m.Message != want {
		t.Errorf("text = %q, want %q", *m.Message, want)
	}
	if age := time.Since(*m.Timestamp); age < 0 || age > time.Minute {
		t.Errorf("timestamp = %v", m.Timestamp)
	}
	if m := server.Next(t); *m.Severity != 3 || m.StructuredData != nil || *m.Message != "second" {
		t.Errorf("message = %+v", m)
	}
}

func TestDatagramHasOneMessage(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	log, _ := newLog(t, "udp://"+conn.LocalAddr().String())
	log.Info("hello", "long", strings.Repeat("x", 10_000))
	buffer := make([]byte, 65536)
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, _, err := conn.ReadFrom(buffer)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := rfc5424.NewParser().Parse(buffer[:n]); err != nil || n != 2048 || !strings.HasPrefix(*m.(*rfc5424.SyslogMessage).Message, "hello long=xxx") {
		t.Errorf("%d bytes: %v, %v", n, m, err)
	}
}

// listen listens on a port below those that the system assigns, so that the test can close it and
// listen on it again.
func listen(t *testing.T) (ln net.Listener) {
	t.Helper()
	err := errors.New("no port was tried")
	for range 20 {
		if ln, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000))); err == nil {
			return ln
		}
	}
	t.Fatal(err)
	return nil
}

// flood logs more than a queue can hold, and returns the time that it took.
func flood(log *slog.Logger) time.Duration {
	start := time.Now()
	for i := range 20_000 {
		log.Info("flood", "i", i, "padding", strings.Repeat("x", 500))
	}
	return time.Since(start)
}

func TestLoggingDoesNotWaitForAServerThatIsDownAndTheLossIsReportedOnce(t *testing.T) {
	t.Parallel()
	gone := listen(t)
	gone.Close()
	log, s := newLog(t, "tcp://"+gone.Addr().String())
	if took := flood(log); took > 30*time.Second {
		t.Errorf("logging took %v", took)
	}
	dropped := s.Dropped()
	if dropped == 0 || dropped >= 20_000 {
		t.Fatalf("%d of 20000 records were dropped", dropped)
	}
	server := logtest.Listen(t, gone.Addr().String())
	if got, want := *server.Next(t).Message, fmt.Sprintf("log records were dropped here: %d", dropped); got != want {
		t.Errorf("the first message is %q, want %q", got, want)
	}
	for range 20_000 - dropped {
		if m := server.Next(t); strings.Contains(*m.Message, "dropped") {
			t.Errorf("the loss is reported again: %q", *m.Message)
		}
	}
}

func TestLossIsReportedAgainWhenTheConnectionBreaks(t *testing.T) {
	t.Parallel()
	closing := listen(t)
	go func() {
		for conn, err := closing.Accept(); err == nil; conn, err = closing.Accept() {
			conn.Close()
		}
	}()
	log, s := newLog(t, "tcp://"+closing.Addr().String())
	flood(log)
	time.Sleep(time.Second)
	closing.Close()
	log.Info("notices the broken connection")
	time.Sleep(100 * time.Millisecond)
	server := logtest.Listen(t, closing.Addr().String())
	reported := uint64(0)
	for reported < s.Dropped() {
		log.Info("next record")
		var n uint64
		if _, err := fmt.Sscanf(*server.Next(t).Message, "log records were dropped here: %d", &n); err == nil {
			reported += n
		}
	}
	if reported != s.Dropped() {
		t.Errorf("%d records were dropped, %d reported", s.Dropped(), reported)
	}
}

func TestLoggingDoesNotWaitForAServerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	stuck := listen(t)
	defer stuck.Close()
	log, s := newLog(t, "tcp://"+stuck.Addr().String())
	for range 10 { // the system's socket buffers may hold the first ones
		if took := flood(log); took > 30*time.Second {
			t.Errorf("logging took %v", took)
		}
		if s.Dropped() > 0 {
			break
		}
	}
	if s.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
	start := time.Now()
	s.Close(200 * time.Millisecond)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("Close took %v", took)
	}
}

func TestMessagesArriveAfterARestartOfTheServer(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	log, _ := newLog(t, "tcp://"+ln.Addr().String())
	log.Info("before")
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAtLeast(conn, make([]byte, 10), 10); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	ln.Close()
	time.Sleep(time.Second / 2) // the client notices
	log.Info("while it is down")
	server := logtest.Listen(t, ln.Addr().String())
	if got := *server.Next(t).Message; got != "while it is down" {
		t.Errorf("message = %q", got)
	}
}

func TestCloseSendsTheWaitingMessages(t *testing.T) {
	t.Parallel()
	server := logtest.Listen(t, "127.0.0.1:0")
	log, s := newLog(t, server.URL())
	const records = 1000
	for range records {
		log.Info("waiting")
	}
	s.Close(10 * time.Second)
	for range records {
		server.Next(t)
	}
}

func TestInvalidSyslogAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"log:514", "http://log:514", "tcp://log", "tcp://log:514/x", "tcp://", ""} {
		if _, err := logging.NewSyslog(address, "a", "h", 1); err == nil {
			t.Errorf("%q is accepted", address)
		}
	}
}

func TestMessagesHaveNoUnsafeCharacters(t *testing.T) {
	t.Parallel()
	server := logtest.Listen(t, "127.0.0.1:0")
	log, _ := newLog(t, server.URL())
	for _, chars := range unsafeTexts {
		value := "größe 🧱 " + chars + " after"
		log.With("with", value).Info("message", "path", value, "error", errors.New(value), slog.Group("group", "inner", value))
		message := *server.Next(t).Message
		if c := findUnsafe(message, ""); c != 0 || !strings.Contains(message, "größe 🧱") || !strings.Contains(message, " after") {
			t.Errorf("%q leaves %q: %q", chars, c, message)
		}
	}
}
