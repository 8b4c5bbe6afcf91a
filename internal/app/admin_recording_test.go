package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

func TestSecondRecordingAtATimeIsRefused(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range []string{"/debug/pprof/profile", "/debug/pprof/trace"} {
		stop := s.keepRecording(path)
		refused := false
		for range 100 {
			got := s.Do("GET", s.admin+path+"?seconds=1", "")
			refused = got.Status == http.StatusServiceUnavailable && got.Header.Get("Content-Type") == "application/problem+json"
			if refused {
				break
			}
			if got.Status != http.StatusOK {
				t.Errorf("GET %s = %d %s", path, got.Status, got.Body)
			}
			time.Sleep(100 * time.Millisecond) // the first recording has not begun
		}
		if !refused {
			t.Errorf("GET %s was never refused", path)
		}
		stop()
	}
}

// keepRecording starts recording again and again in the background, until stop is called.
func (s *service) keepRecording(path string) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var recording sync.WaitGroup
	recording.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) { // other tests may record now
			_, _ = webtest.Send(ctx, transport, "GET", s.admin+path+"?seconds=30", "") // until ctx ends it
		}
	})
	return func() { cancel(); recording.Wait() }
}

func TestStalledTraceDownloadBlocksOthersOnlyBriefly(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	unread(t, s.admin, "GET /debug/pprof/trace?seconds=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
	stop := make(chan struct{})
	defer close(stop)
	for range 4 { // each switch is an event of the trace
		ping := make(chan struct{})
		go func() {
			for range ping {
			}
		}()
		go func() {
			defer close(ping)
			for {
				select {
				case ping <- struct{}{}:
				case <-stop:
					return
				}
			}
		}()
	}
	status := 0
	for end := time.Now().Add(30 * time.Second); status != http.StatusOK && time.Now().Before(end); {
		time.Sleep(time.Second)
		status = s.Do("GET", s.admin+"/debug/pprof/trace?seconds=0.01", "").Status
	}
	if status != http.StatusOK {
		t.Errorf("the next trace is answered with %d", status)
	}
}

// unread sends requests and does not read the responses.
func unread(t *testing.T, url, requests string) {
	t.Helper()
	conn := dial(t, url)
	if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, requests); err != nil {
		t.Fatal(err)
	}
}
