package check

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// timeout bounds all checks together: they run at once.
const timeout = 5 * time.Second

// Status is how a check ended.
type Status string

// The ways in which a check ends. Unknown is not a pass: what it asks could not be told.
const (
	Passed       Status = "passed"
	Found        Status = "found"
	Unknown      Status = "unknown"
	Silenced     Status = "silenced"
	DoesNotApply Status = "does not apply"
)

// Result is what became of one check.
type Result struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Status   Status   `json:"status"`
	// Wrong is what is wrong, or why that is unknown. Reason is why it is silenced, in the place
	// of what to do.
	Wrong  string `json:"wrong,omitempty"`
	Do     string `json:"do,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Report has the results in the order of the checks.
type Report []Result

// Run runs all checks at once, or all that are not for production only, and returns within a few
// seconds. What does not answer by then is unknown.
func Run(ctx context.Context, s *Subject, production bool) Report {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var included []Check
	for _, c := range s.Checks() {
		s.known = append(s.known, c.ID)
		if c.When == Always || production {
			included = append(included, c)
		}
	}
	s.reached = sync.OnceValue(func() error { return s.Reach(ctx) })
	report := make(Report, len(included))
	var wait sync.WaitGroup
	for i, c := range included {
		wait.Go(func() { report[i] = c.run(ctx, s) })
	}
	wait.Wait()
	return report
}

// run runs one check. It does not wait for one that ignores the end of ctx, as a file on a network
// that is away does.
func (c Check) run(ctx context.Context, s *Subject) Result {
	answer := make(chan Result, 1)
	go func() {
		wrong, err := c.Find(ctx, s)
		answer <- c.result(wrong, err, s.Silences.reason(c.ID))
	}()
	select {
	case r := <-answer:
		return r
	case <-ctx.Done():
		return c.result("", ctx.Err(), s.Silences.reason(c.ID))
	}
}

func (c Check) result(wrong string, err error, reason string) Result {
	r := Result{ID: c.ID, Severity: c.Severity, Status: Passed}
	switch {
	case errors.Is(err, errDoesNotApply):
		r.Status = DoesNotApply
		return r
	case errors.Is(err, context.DeadlineExceeded):
		r.Status, r.Wrong = Unknown, fmt.Sprintf("no answer within %v", timeout)
	case err != nil:
		r.Status, r.Wrong = Unknown, err.Error()
	case wrong != "":
		r.Status, r.Wrong, r.Do = Found, wrong, c.Do
	}
	if r.Status != Passed && reason != "" {
		r.Status, r.Do, r.Reason = Silenced, "", reason
	}
	return r
}

// Count returns how many results have a level or a higher one: findings have that of their
// check, and what is unknown has Info.
func (all Report) Count(level Severity) (n int) {
	for _, r := range all {
		if r.Status == Found && r.Severity >= level || r.Status == Unknown && level == Info {
			n++
		}
	}
	return n
}
