package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

func TestWhatIsMoreThanWorkAndQueueHoldIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const limit = 2
	end := make(chan struct{})
	var working atomic.Int64
	handler := web.Chain(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/livez" {
			return
		}
		if working.Add(1) > limit {
			t.Error("more are worked on than the limit says")
		}
		<-end
		working.Add(-1)
	}), middleware.Identify(nil), middleware.Admission(limit))
	var group sync.WaitGroup
	var served, refused atomic.Int64
	for range 5 * limit {
		group.Go(func() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			switch {
			case w.Code == http.StatusOK:
				served.Add(1)
			case w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "1":
				refused.Add(1)
			default:
				t.Errorf("status = %d, %v", w.Code, w.Header())
			}
		})
	}
	// Those beyond the queue are refused while the others still wait or work.
	for range 500 {
		if refused.Load() >= 3*limit {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	probe := httptest.NewRecorder()
	handler.ServeHTTP(probe, httptest.NewRequest("GET", "/livez", nil))
	if probe.Code != http.StatusOK || refused.Load() < 3*limit {
		t.Errorf("a probe = %d, %d refused", probe.Code, refused.Load())
	}
	close(end)
	group.Wait()
	if served.Load() < limit || served.Load()+refused.Load() != 5*limit {
		t.Errorf("%d served, %d refused", served.Load(), refused.Load())
	}
	after := httptest.NewRecorder()
	handler.ServeHTTP(after, httptest.NewRequest("GET", "/", nil))
	if after.Code != http.StatusOK {
		t.Errorf("afterwards = %d", after.Code)
	}
}
