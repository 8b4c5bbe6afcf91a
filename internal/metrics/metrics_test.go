package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
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

func TestDurationsHaveClassicAndNativeBucketsAndExemplars(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	handler := registry.Requests()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/", nil)
	handler.ServeHTTP(httptest.NewRecorder(), r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "followed", Followed: true, Status: 200})))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "http_server_request_duration_seconds" {
			continue
		}
		h := family.GetMetric()[0].GetHistogram()
		exemplar := ""
		for _, bucket := range h.GetBucket() {
			for _, label := range bucket.GetExemplar().GetLabel() {
				exemplar = label.GetName() + "=" + label.GetValue()
			}
		}
		if len(h.GetBucket()) != 14 || len(h.GetPositiveSpan()) == 0 || exemplar != "request_id=followed" {
			t.Errorf("%d classic buckets, %d native spans, exemplar %q", len(h.GetBucket()), len(h.GetPositiveSpan()), exemplar)
		}
		return
	}
	t.Error("there are no durations")
}
