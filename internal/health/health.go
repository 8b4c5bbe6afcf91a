// Package health reports whether the service can do its work (readiness) and whether its
// process responds (liveness). It runs the checks that it is given, and does not know what
// they check.
package health

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// timeout is the deadline of a check. Load balancers rarely wait longer.
	timeout = 2 * time.Second
	// grace is how long a check may take after its deadline to return its error.
	grace = 100 * time.Millisecond
	// logInterval is how often a check that keeps failing is logged.
	logInterval = 20 * time.Second
	// maxAge is the greatest age of the results that Last returns without running the checks.
	maxAge = 5 * time.Second
)

// Check checks one dependency of the service. The advice is public, so it must not contain
// addresses; err goes to the log and to operators.
type Check func(context.Context) (advice string, err error)

// Health runs the checks and keeps their results. It is safe for concurrent use.
type Health struct {
	log        *slog.Logger
	checks     map[string]Check
	started    atomic.Bool // whether all checks have passed once
	stopping   atomic.Bool
	rechecking atomic.Bool
	runs       singleflight.Group

	mu      sync.Mutex
	states  map[string]*state
	lastRun time.Time
}

// state is the state of a check.
type state struct {
	Detail
	lastLogged time.Time    // when a failure or advice was last logged
	logged     bool         // whether a failure was logged, but not yet its end
	advice     string       // the advice that was logged, until its end is logged
	running    chan outcome // receives from a check that is still running; used by run only
}

// outcome is what a check returns.
type outcome struct {
	advice string
	err    error
}

// New returns a Health with these checks. It logs when a check begins to fail, when it passes
// with advice, and when it passes again.
func New(log *slog.Logger, checks map[string]Check) *Health {
	h := &Health{log: log, checks: checks, states: map[string]*state{}}
	for name := range checks {
		h.states[name] = &state{Detail: Detail{Result: Result{Status: "nok"}}}
	}
	return h
}

// Stop makes the service not ready from now on, so that load balancers send no new requests.
func (h *Health) Stop() { h.stopping.Store(true) }

// Recheck runs the checks in the background, every second until all pass. It is called when
// a request has failed, so that the failure and its end are logged even without probes, and
// when the first check has failed.
func (h *Health) Recheck() {
	if h.rechecking.Swap(true) {
		return
	}
	go func() {
		defer h.rechecking.Store(false)
		for passed := false; !passed && !h.stopping.Load(); time.Sleep(time.Second) {
			passed = h.Check(context.Background()).Status == "ok"
		}
	}()
}

// Check runs all checks in parallel, each with a deadline, and returns soon after the
// deadline even when a check ignores it. Concurrent calls share one run.
func (h *Health) Check(ctx context.Context) Report {
	done := h.runs.DoChan("", func() (any, error) {
		// The first caller's cancellation must not end the run for the others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		h.run(ctx)
		return nil, nil
	})
	select {
	case <-done:
		return h.report(true)
	case <-ctx.Done():
		return h.report(false)
	}
}

func (h *Health) run(ctx context.Context) {
	var group sync.WaitGroup
	for name, check := range h.checks {
		group.Go(func() {
			start := time.Now()
			result := h.states[name].run(ctx, check)
			h.record(ctx, name, start, result)
		})
	}
	group.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lastRun = time.Now()
	passed := true
	for _, s := range h.states {
		passed = passed && s.Status == "ok"
	}
	if passed {
		h.started.Store(true)
	}
}

// run runs check. A check that ignores its deadline keeps running, and the next call waits
// for it instead of starting a second one.
func (s *state) run(ctx context.Context, check Check) outcome {
	select {
	case <-s.running: // it has ended in the meantime, and its outcome is outdated
		s.running = nil
	default:
	}
	if s.running == nil {
		running := make(chan outcome, 1)
		s.running = running
		go func() {
			advice, err := check(ctx)
			running <- outcome{advice, err}
		}()
	}
	select {
	case result := <-s.running:
		s.running = nil
		return result
	case <-time.After(timeout + grace):
		return outcome{err: fmt.Errorf("no answer within %v", timeout)}
	}
}

// record keeps the outcome of a check, and logs it when it is new.
func (h *Health) record(ctx context.Context, name string, start time.Time, o outcome) {
	duration := time.Since(start)
	now := start.Add(duration).UTC().Truncate(time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.states[name]
	previous := s.Status
	s.Result = Result{Status: "ok", Detail: o.advice}
	s.Asked, s.Duration = now, duration.Seconds()
	if o.err != nil {
		s.Status = "nok"
		s.LastError, s.LastErrorAt = o.err.Error(), now
	}
	if s.Status != previous || s.Since.IsZero() {
		s.Since = now
	}
	h.logChange(ctx, name, s, now, o)
}

func (h *Health) logChange(ctx context.Context, name string, s *state, now time.Time, o outcome) {
	due := now.Sub(s.lastLogged) > logInterval
	switch {
	case o.err != nil && due:
		s.lastLogged, s.logged, s.advice = now, true, ""
		h.log.WarnContext(ctx, "health check fails", "check", name, "error", o.err)
	case o.err == nil && o.advice != "" && o.advice != s.advice && due:
		s.lastLogged, s.logged, s.advice = now, false, o.advice
		h.log.WarnContext(ctx, "health check passes, with a warning", "check", name, "advice", o.advice)
	case o.err == nil && o.advice == "" && (s.logged || s.advice != ""):
		s.logged, s.advice = false, ""
		h.log.InfoContext(ctx, "health check passes again", "check", name)
	}
}

// report returns the results of the checks, or "nok" for each if they are not known.
func (h *Health) report(known bool) Report {
	h.mu.Lock()
	defer h.mu.Unlock()
	report := Report{Status: "ok", Checks: map[string]Result{}}
	for name, s := range h.states {
		result := Result{Status: "nok"}
		if known {
			result = s.Result
		}
		report.Checks[name] = result
		if result.Status != "ok" {
			report.Status = "nok"
		}
	}
	if h.stopping.Load() {
		report.Status = "nok"
		report.Checks["server"] = Result{Status: "nok", Detail: "stopping"}
	}
	return report
}

// Last returns whether each check passed. It runs the checks only when their results are
// older than maxAge.
func (h *Health) Last() map[string]bool {
	h.mu.Lock()
	old := time.Since(h.lastRun) > maxAge
	h.mu.Unlock()
	if old {
		h.Check(context.Background())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	passed := map[string]bool{}
	for name, s := range h.states {
		passed[name] = s.Status == "ok"
	}
	return passed
}

// details returns the details of each check.
func (h *Health) details() map[string]Detail {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]Detail{}
	for name, s := range h.states {
		all[name] = s.Detail
	}
	return all
}
