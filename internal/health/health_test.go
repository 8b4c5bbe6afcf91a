package health_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/health"
)

var quiet = slog.New(slog.DiscardHandler)

// one returns a Health with a single check, named db.
func one(check health.Check) *health.Health {
	return health.New(quiet, map[string]health.Check{"db": check})
}

func TestManyWhoAskAtOnceAreOneQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		h := one(func(context.Context) (string, error) {
			asked.Add(1)
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
		if n := asked.Load(); n != 1 {
			t.Errorf("the check was asked %d times", n)
		}
		h.Check(t.Context())
		if n := asked.Load(); n != 2 {
			t.Errorf("who asks later is told what was, and not what is: the check was asked %d times", n)
		}
	})
}

func TestWhoGoesAwayDoesNotTakeTheAnswerOfOthersAlong(t *testing.T) {
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
		first, goAway := context.WithCancel(t.Context())
		go h.Check(first)
		synctest.Wait()
		time.AfterFunc(time.Second/2, goAway)
		if status := h.Check(t.Context()).Status; status != "ok" {
			t.Errorf("status = %s", status)
		}
	})
}

func TestWhatIsNotKnownInTimeIsNotWell(t *testing.T) {
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
			t.Errorf("who has a second is told %v", report)
		}
		if report := h.Check(t.Context()); report.Checks["db"].Status != "nok" {
			t.Errorf("who waits is told %v", report)
		}
	})
}

func TestCheckThatMindsNoDeadlineHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 2100 * time.Millisecond
		var asked atomic.Int64
		var hangs atomic.Bool
		end := make(chan struct{})
		h := health.New(quiet, map[string]health.Check{
			"db": func(context.Context) (string, error) {
				asked.Add(1)
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
					t.Errorf("who asks is told after %v", took)
				}
				if report.Checks["db"].Status != "nok" || report.Checks["disk"].Status != "ok" {
					t.Errorf("who asks is told %v", report)
				}
			})
		}
		group.Wait()
		if well := h.Last(); well["db"] || !well["disk"] {
			t.Errorf("the last state is %v", well)
		}
		if n := asked.Load(); n != 2 {
			t.Errorf("the check that hangs was asked %d times", n-1)
		}
		hangs.Store(false)
		close(end)
		synctest.Wait()
		if status := h.Check(t.Context()).Status; status != "ok" || asked.Load() != 3 {
			t.Errorf("when it is over, the status is %s after %d questions", status, asked.Load())
		}
		h.Stop()
		time.Sleep(5 * time.Second) // the doubt ends
	})
}

func TestOperatorsSeeSinceWhenAndTheLastError(t *testing.T) {
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

func TestLastStateIsSecondsOldAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		h := one(func(context.Context) (string, error) {
			asked.Add(1)
			return "", nil
		})
		for range 60 {
			if well := h.Last()["db"]; !well {
				t.Error("it is not well")
			}
			time.Sleep(time.Second)
		}
		if n := asked.Load(); n != 10 {
			t.Errorf("the check was asked %d times in a minute, want 10", n)
		}
	})
}

func TestFailureIsSaidOnceAndAgainAndItsEndOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		err := errors.New("no route to host")
		h := health.New(slog.New(slog.NewTextHandler(&log, nil)), map[string]health.Check{
			"db": func(context.Context) (string, error) { return "", err },
		})
		for range 30 {
			h.Check(t.Context())
			time.Sleep(time.Second)
		}
		err = nil
		for range 2 {
			h.Check(t.Context())
		}
		fails, well := strings.Count(log.String(), "health check fails"), strings.Count(log.String(), "health check is well again")
		if fails != 2 || well != 1 {
			t.Errorf("it is said %d times that it fails, and %d times that it is well:\n%s", fails, well, &log)
		}
	})
}

func TestCheckThatFlapsIsSaidAFewTimesAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		asked := 0
		h := health.New(slog.New(slog.NewTextHandler(&log, nil)), map[string]health.Check{
			"db": func(context.Context) (string, error) {
				if asked++; asked%2 == 0 {
					return "", nil
				}
				return "", errors.New("too many connections")
			},
		})
		for range 120 {
			h.Check(t.Context())
			time.Sleep(time.Second / 2)
		}
		fails, well := strings.Count(log.String(), "health check fails"), strings.Count(log.String(), "health check is well again")
		if fails != 3 || well != 3 {
			t.Errorf("it is said %d times that it fails, and %d times that it is well:\n%s", fails, well, &log)
		}
	})
}
