package metrics_test

import (
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"example.com/templatesite/internal/metrics"
	"example.com/templatesite/internal/web"
)

func TestFourthConcurrentScrapeIsRefused(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}, 4), make(chan struct{})
	r := metrics.New("v1", "unknown", "go1")
	r.Health(func() map[string]bool {
		began <- struct{}{}
		select {
		case <-end:
		case <-time.After(5 * time.Second): // a fourth scrape was admitted
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
		<-began
	}
	if status := scrape(); status != http.StatusServiceUnavailable {
		t.Errorf("the fourth scrape gets %d", status)
	}
	close(end)
	group.Wait()
}

func TestGoroutinesOfAScrapeAreNotCounted(t *testing.T) {
	t.Parallel()
	const many = 1000
	r := metrics.New("1", "2", "3")
	r.Health(func() map[string]bool {
		for range many {
			go func() { <-t.Context().Done() }()
		}
		return nil
	})
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	_, count, _ := strings.Cut(w.Body.String(), "\ngo_goroutines ")
	count, _, _ = strings.Cut(count, "\n")
	if n, err := strconv.Atoi(count); err != nil || n >= many {
		t.Errorf("go_goroutines is %q", count)
	}
}

func TestChecksAndMigrationsAreQueriedConcurrently(t *testing.T) {
	t.Parallel()
	r := metrics.New("1", "2", "3")
	checks, migrations := make(chan struct{}), make(chan struct{})
	meets := func(own chan struct{}, other <-chan struct{}) {
		close(own)
		select {
		case <-other:
		case <-time.After(5 * time.Second):
			t.Error("one is queried after the other, so their timeouts add up")
		}
	}
	r.Health(func() map[string]bool { meets(checks, migrations); return nil })
	r.Database(web.DB{DB: &sql.DB{}, Write: &sql.DB{}}, func() (int, int, error) { meets(migrations, checks); return 0, 0, nil })
	r.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
}

func TestDurationsHaveClassicAndNativeBucketsAndExemplars(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	ctx := web.WithInfo(t.Context(), &web.Info{IDs: web.IDs{RequestID: "request-1"}, Start: time.Now(), ClientSentID: true, Status: 200})
	handler := registry.Requests()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	registry.Statements(nil)(ctx, &web.Statement{Name: "shelf.get", Duration: time.Millisecond})
	for _, name := range []string{"http_server_request_duration_seconds", "db_client_operation_duration_seconds"} {
		h := gather(t, registry, name)[0].GetHistogram()
		exemplar := ""
		for _, bucket := range h.GetBucket() {
			for _, label := range bucket.GetExemplar().GetLabel() {
				exemplar = label.GetName() + "=" + label.GetValue()
			}
		}
		buckets := h.GetBucket()
		if least, most := buckets[0].GetUpperBound(), buckets[len(buckets)-1].GetUpperBound(); least != 0.0005 || most != 10 {
			t.Errorf("%s: classic buckets from %v to %v", name, least, most)
		}
		if len(h.GetPositiveSpan()) == 0 || exemplar != "request_id=request-1" {
			t.Errorf("%s: %d native spans, exemplar %q", name, len(h.GetPositiveSpan()), exemplar)
		}
	}
}

func TestBytesReadOfABodyAreMeasuredInsteadOfItsContentLength(t *testing.T) {
	t.Parallel()
	if h := gather(t, withBody(t, 7), "http_server_request_body_size_bytes")[0].GetHistogram(); h.GetSampleCount() != 1 || h.GetSampleSum() != 7 {
		t.Errorf("a body of 7 bytes is counted as %v bodies of %v bytes", h.GetSampleCount(), h.GetSampleSum())
	}
	if n := len(gather(t, withBody(t, 0), "http_server_request_body_size_bytes")); n != 0 {
		t.Errorf("a request without a body makes %d series", n)
	}
}

// withBody counts a request whose Content-Length is huge, but of which only read bytes were read.
func withBody(t *testing.T, read int64) metrics.Registry {
	t.Helper()
	registry := metrics.New("1", "2", "3")
	r := httptest.NewRequestWithContext(web.WithInfo(t.Context(), &web.Info{BodyBytes: read, Status: 400}), "POST", "/", nil)
	r.ContentLength = 1 << 62
	registry.Requests()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(httptest.NewRecorder(), r)
	return registry
}

func TestFailedStatementMakesNoSeriesForSuccess(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	registry.Statements(nil)(t.Context(), &web.Statement{Name: "shelf.get", Err: errors.New("gone"), ErrorType: "unavailable"})
	if n := len(gather(t, registry, "db_client_operation_duration_seconds")); n != 1 {
		t.Errorf("one statement makes %d series", n)
	}
}

func TestPanicsAreCounted(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	r := httptest.NewRequestWithContext(web.WithInfo(t.Context(), &web.Info{Panicked: true, Status: 500}), "GET", "/", nil)
	registry.Requests()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(httptest.NewRecorder(), r)
	if got := gather(t, registry, "panics_total")[0].GetCounter().GetValue(); got != 1 {
		t.Errorf("panics = %v", got)
	}
}

func TestLogRecordsAreCountedByLevel(t *testing.T) {
	t.Parallel()
	registry := metrics.New("1", "2", "3")
	log := slog.New(registry.LogRecords(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))).With("a", "b").WithGroup("c")
	want := map[string]float64{"debug": 1, "info": 2, "warn": 3, "error": 5}
	for level, n := range map[slog.Level]int{slog.LevelDebug: 1, slog.LevelInfo: 2, slog.LevelWarn: 3, slog.LevelError: 4, slog.LevelError + 1: 1} {
		for range n {
			log.Log(t.Context(), level, "record")
		}
	}
	got := map[string]float64{}
	for _, m := range gather(t, registry, "log_records_total") {
		got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
	}
	if !maps.Equal(got, want) {
		t.Errorf("records = %v, want %v", got, want)
	}
}

// gather returns the series of a metric.
func gather(t *testing.T, registry metrics.Registry, name string) []*dto.Metric {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()
		}
	}
	return nil
}
