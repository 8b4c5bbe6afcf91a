package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/metrics"
)

func TestScrapesThatHangAreFewAndTheNextIsRefused(t *testing.T) {
	t.Parallel()
	asked, answered := make(chan struct{}, 4), make(chan struct{})
	r := metrics.New("v1", "unknown", "go1")
	r.Health(func() map[string]bool {
		asked <- struct{}{}
		select {
		case <-answered:
		case <-time.After(5 * time.Second): // one too many was let in
		}
		return nil
	})
	handler := r.Handler()
	scrape := func() int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		return w.Code
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if status := scrape(); status != http.StatusOK {
				t.Errorf("status = %d", status)
			}
		})
	}
	for range 3 {
		<-asked
	}
	if status := scrape(); status != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered with %d", status)
	}
	close(answered)
	group.Wait()
}
