// Package health answers whether the service can do its work (readiness) and
// whether it is alive at all (liveness). It asks checks that others register; it
// does not know what they look at.
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
	// timeout bounds a check; a balancer that waits longer takes us for dead anyway.
	timeout = 2 * time.Second
	// grace is how long a check has after that, to say why it knows nothing.
	grace = 100 * time.Millisecond
	// sayAgain is how often the log says that a check still fails.
	sayAgain = 20 * time.Second
	// fresh is how old the state may be that Last knows without asking.
	fresh = 5 * time.Second
)

// Check reports whether something that the service needs works. The advice is
// for anyone to see, so it holds no addresses; err is for the log and for operators.
type Check func(context.Context) (advice string, err error)

// Health knows the checks. It is safe for concurrent use.
type Health struct {
	log      *slog.Logger
	checks   map[string]Check
	stopping atomic.Bool
	doubted  atomic.Bool
	runs     singleflight.Group

	mu     sync.Mutex
	states map[string]*state
	asked  time.Time
}

// state is what is known of a check.
type state struct {
	Detail
	said    time.Time  // when the log was told last that it fails
	told    bool       // whether the log says that it fails
	warned  string     // the advice that the log tells though it is well
	pending chan found // from the check that goes on; who runs the checks owns it
}

// found is what a check returns.
type found struct {
	advice string
	err    error
}

// New returns a Health that asks these checks, and logs when one begins to fail, when one
// has advice though it is well, and when it is well again.
func New(log *slog.Logger, checks map[string]Check) *Health {
	h := &Health{log: log, checks: checks, states: map[string]*state{}}
	for name := range checks {
		h.states[name] = &state{Detail: Detail{Result: Result{Status: "nok"}}}
	}
	return h
}

// Stop makes the service not ready from now on, so that nobody sends new work.
func (h *Health) Stop() { h.stopping.Store(true) }

// Recheck has the checks asked in the background, every second until they are well:
// the log tells of a failure that requests have met, and of its end, also when
// nobody asks for our health.
func (h *Health) Recheck() {
	if h.doubted.Swap(true) {
		return
	}
	go func() {
		defer h.doubted.Store(false)
		for well := false; !well && !h.stopping.Load(); time.Sleep(time.Second) {
			well = h.Check(context.Background()).Status == "ok"
		}
	}()
}

// Check runs all checks at once, each with a deadline, and returns soon after it whatever
// a check does. Whoever asks while they run shares what they find, so that many who ask
// cost no more than one.
func (h *Health) Check(ctx context.Context) Report {
	over := h.runs.DoChan("", func() (any, error) {
		// Who has asked first may go away, and must not take the answer of the others along.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		h.run(ctx)
		return nil, nil
	})
	select {
	case <-over:
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
			f := h.states[name].ask(ctx, check)
			h.note(ctx, name, start, f)
		})
	}
	group.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = time.Now()
}

// ask returns what check finds. One that minds no deadline goes on alone, and is waited
// for again, rather than begun once more, by those who ask next.
func (s *state) ask(ctx context.Context, check Check) found {
	select {
	case <-s.pending: // it has ended since, and is old
		s.pending = nil
	default:
	}
	if s.pending == nil {
		pending := make(chan found, 1)
		s.pending = pending
		go func() {
			advice, err := check(ctx)
			pending <- found{advice, err}
		}()
	}
	select {
	case f := <-s.pending:
		s.pending = nil
		return f
	case <-time.After(timeout + grace):
		return found{err: fmt.Errorf("no answer within %v", timeout)}
	}
}

// note keeps what a check has found, and has the log tell what is new in it.
func (h *Health) note(ctx context.Context, name string, start time.Time, f found) {
	duration := time.Since(start)
	now := start.Add(duration).UTC().Truncate(time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.states[name]
	was := s.Status
	s.Result = Result{Status: "ok", Detail: f.advice}
	s.Asked, s.Duration = now, duration.Seconds()
	if f.err != nil {
		s.Status = "nok"
		s.LastError, s.LastErrorAt = f.err.Error(), now
	}
	if s.Status != was || s.Since.IsZero() {
		s.Since = now
	}
	switch {
	case f.err != nil && now.Sub(s.said) > sayAgain:
		s.said, s.told, s.warned = now, true, ""
		h.log.WarnContext(ctx, "health check fails", "check", name, "error", f.err)
	case f.err == nil && f.advice != "" && f.advice != s.warned && now.Sub(s.said) > sayAgain:
		s.said, s.told, s.warned = now, false, f.advice
		h.log.WarnContext(ctx, "health check passes, with a warning", "check", name, "advice", f.advice)
	case f.err == nil && f.advice == "" && (s.told || s.warned != ""):
		s.told, s.warned = false, ""
		h.log.InfoContext(ctx, "health check is well again", "check", name)
	}
}

// report returns the state of the checks, as far as it is known.
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

// Last returns whether each check was well, as it was found in the last seconds.
func (h *Health) Last() map[string]bool {
	h.mu.Lock()
	old := time.Since(h.asked) > fresh
	h.mu.Unlock()
	if old {
		h.Check(context.Background())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	well := map[string]bool{}
	for name, s := range h.states {
		well[name] = s.Status == "ok"
	}
	return well
}

// details returns all that is known of the checks.
func (h *Health) details() map[string]Detail {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]Detail{}
	for name, s := range h.states {
		all[name] = s.Detail
	}
	return all
}
