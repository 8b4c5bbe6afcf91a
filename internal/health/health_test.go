package health_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

var quiet = slog.New(slog.DiscardHandler)

// one returns a Health with a single check, named db.
func one(check health.Check) *health.Health {
	return health.New(quiet, map[string]health.Check{"db": check})
}

func TestConcurrentCallsShareOneRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := one(func(context.Context) (string, error) {
			runs.Add(1)
			time.Sleep(time.Second)
			return "", nil
		})
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if status := h.Check(t.Context()).Status; status != "ok" {
					t.Errorf("status = %s", status)
				}
			})
		}
		group.Wait()
		if n := runs.Load(); n != 1 {
			t.Errorf("the check ran %d times", n)
		}
		h.Check(t.Context())
		if n := runs.Load(); n != 2 {
			t.Errorf("a later call does not run the check again: it ran %d times", n)
		}
	})
}

func TestCanceledCallDoesNotEndTheRunForOtherCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := one(func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(time.Second):
				return "", nil
			}
		})
		first, cancel := context.WithCancel(t.Context())
		go h.Check(first)
		synctest.Wait()
		time.AfterFunc(time.Second/2, cancel)
		if status := h.Check(t.Context()).Status; status != "ok" {
			t.Errorf("status = %s", status)
		}
	})
}

func TestCheckThatDoesNotReturnInTimeIsNotOK(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var hangs atomic.Bool
		h := one(func(ctx context.Context) (string, error) {
			if hangs.Load() {
				<-ctx.Done()
			}
			return "", ctx.Err()
		})
		if status := h.Check(t.Context()).Status; status != "ok" {
			t.Fatalf("status = %s", status)
		}
		hangs.Store(true)
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if report := h.Check(hurried); report.Status != "nok" || report.Checks["db"].Status != "nok" {
			t.Errorf("a call with a deadline of a second returns %v", report)
		}
		if report := h.Check(t.Context()); report.Checks["db"].Status != "nok" {
			t.Errorf("a call without a deadline returns %v", report)
		}
	})
}

func TestCheckThatIgnoresItsDeadlineDelaysNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 2100 * time.Millisecond
		var runs atomic.Int64
		var hangs atomic.Bool
		end := make(chan struct{})
		h := health.New(quiet, map[string]health.Check{
			"db": func(context.Context) (string, error) {
				runs.Add(1)
				if hangs.Load() {
					<-end
				}
				return "", nil
			},
			"disk": func(context.Context) (string, error) { return "", nil },
		})
		h.Check(t.Context())
		hangs.Store(true)
		h.Recheck()
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				start := time.Now()
				report := h.Check(t.Context())
				if took := time.Since(start); took > most {
					t.Errorf("Check returns after %v", took)
				}
				if report.Checks["db"].Status != "nok" || report.Checks["disk"].Status != "ok" {
					t.Errorf("Check returns %v", report)
				}
			})
		}
		group.Wait()
		if well := h.Last(); well["db"] || !well["disk"] {
			t.Errorf("the last state is %v", well)
		}
		if n := runs.Load(); n != 2 {
			t.Errorf("the hanging check ran %d times", n-1)
		}
		hangs.Store(false)
		close(end)
		synctest.Wait()
		if status := h.Check(t.Context()).Status; status != "ok" || runs.Load() != 3 {
			t.Errorf("after it has ended, the status is %s after %d runs", status, runs.Load())
		}
		h.Stop()
		time.Sleep(5 * time.Second) // Recheck ends
	})
}

func TestDetailsShowTheLastChangeAndTheLastError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var err error
		h := one(func(context.Context) (string, error) {
			time.Sleep(250 * time.Millisecond)
			return "", err
		})
		begin := time.Now().UTC()
		at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
		var body struct {
			Status string
			DB     health.Detail
		}
		wants := func(status int, want health.Detail) {
			t.Helper()
			w := httptest.NewRecorder()
			h.Details(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthcheck", nil))
			body.DB = health.Detail{}
			if err := json.Unmarshal(w.Body.Bytes(), &body, json.MatchCaseInsensitiveNames(true)); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != status || body.Status != want.Status {
				t.Errorf("%d %s", w.Code, body.Status)
			}
			if diff := cmp.Diff(want, body.DB); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			time.Sleep(750 * time.Millisecond)
		}
		well, ill := health.Result{Status: "ok"}, health.Result{Status: "nok"}
		wants(200, health.Detail{Result: well, Since: at(0.25), Asked: at(0.25), Duration: 0.25})
		err = errors.New("no route to host")
		wants(503, health.Detail{Result: ill, Since: at(1.25), Asked: at(1.25), Duration: 0.25, LastError: err.Error(), LastErrorAt: at(1.25)})
		wants(503, health.Detail{Result: ill, Since: at(1.25), Asked: at(2.25), Duration: 0.25, LastError: err.Error(), LastErrorAt: at(2.25)})
		err = nil
		wants(200, health.Detail{Result: well, Since: at(3.25), Asked: at(3.25), Duration: 0.25, LastError: "no route to host", LastErrorAt: at(2.25)})
	})
}

func TestLastRunsTheChecksEverySixSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		h := one(func(context.Context) (string, error) {
			runs.Add(1)
			return "", nil
		})
		for range 60 {
			if well := h.Last()["db"]; !well {
				t.Error("the check fails")
			}
			time.Sleep(time.Second)
		}
		if n := runs.Load(); n != 10 {
			t.Errorf("the check ran %d times in a minute, want 10", n)
		}
	})
}

func TestServiceThatWasReadyStaysStarted(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	fails.Store(true)
	h := one(func(context.Context) (string, error) {
		if fails.Load() {
			return "", errors.New("away")
		}
		return "", nil
	})
	for i, away := range []bool{true, false, true} {
		fails.Store(away)
		h.Check(t.Context())
		if got, want := livez(t, h), i > 0; got != want {
			t.Errorf("after check %d, started = %t", i+1, got)
		}
	}
}

// livez returns whether GET /livez says that the service has started.
func livez(t *testing.T, h *health.Health) bool {
	t.Helper()
	api := web.NewAPI(web.Options{Title: "test"})
	h.Routes(api)
	response := webtest.JSON[health.Liveness](t, webtest.New(t, api).Want(http.StatusOK, "GET", "/livez", ""))
	return response.Started
}
