package app

import (
	"context"
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
