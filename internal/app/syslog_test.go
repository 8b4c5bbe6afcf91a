package app

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

func TestRequestIsInTheLogOfTheLogServer(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	received := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		text, _ := io.ReadAll(conn) // up to the end of the service
		received <- string(text)
	}()
	s := startService(t, map[string]string{"SYSLOG_ADDRESS": "tcp://" + ln.Addr().String()})
	s.Do("GET", "/book/1", "", "X-Request-ID: find-me")
	s.Do("GET", "/livez", "", "X-Request-ID: a-probe")
	s.exit()
	select {
	case text := <-received:
		if !strings.Contains(text, " "+testService.Name+" ") || !strings.Contains(text, `[request@32473 id="find-me"] request method=GET route=/book/{id}`) {
			t.Errorf("the log server got %s", text)
		}
		if strings.Contains(text, "a-probe") {
			t.Error("a debug record went to the log server")
		}
	case <-time.After(10 * time.Second):
		t.Error("the log server got nothing")
	}
}

func TestInvalidLogServerIsRefused(t *testing.T) {
	t.Parallel()
	refuse(t, "SYSLOG_ADDRESS", "tcp://log", "tcp://:514", "tcp://log:65536", "tcp://log:514/", "tcp://log:514?x", "tcp://log:514#x", "tcp://me@log:514", "tls://log:514", "log:514")
	hideURLs(t, "SYSLOG_ADDRESS")
	hideSecrets(t, []misplaced{{nil, []string{"--syslog-address=tcp://log:" + marker + "@log:514"}}})
}
