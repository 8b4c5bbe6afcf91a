package app

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestSecondRecordingAtATimeIsToldToComeBack(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range []string{"/debug/pprof/profile", "/debug/pprof/trace"} {
		stop := s.keepRecording(path)
		refused := false
		for range 100 {
			got := s.do("GET", s.admin+path+"?seconds=1", "")
			refused = got.status == http.StatusServiceUnavailable && got.header.Get("Content-Type") == "application/problem+json"
			if refused {
				break
			}
			if got.status != http.StatusOK {
				t.Errorf("GET %s = %d %s", path, got.status, got.body)
			}
			time.Sleep(100 * time.Millisecond) // the first had not begun
		}
		if !refused {
			t.Errorf("GET %s was never refused", path)
		}
		stop()
	}
}

// keepRecording records on and on, from soon on, until what it returns is called.
func (s *service) keepRecording(path string) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var recording sync.WaitGroup
	recording.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) { // others may record now
			r, _ := http.NewRequestWithContext(ctx, "GET", s.admin+path+"?seconds=30", http.NoBody) // it is well formed
			if response, err := client.RoundTrip(r); err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		}
	})
	return func() { cancel(); recording.Wait() }
}
