package web

import (
	"context"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// queueTimeout is how long a request waits for a Limiter. After a longer wait the client
	// may have left, and serving it would be wasted work.
	queueTimeout = 500 * time.Millisecond
	// queueLength is how many requests may wait for each one in progress. Waiting here costs
	// little and keeps the order, while a pool of connections serves its waiters at random.
	queueLength = 8
)

var overloaded = NewProblem(http.StatusServiceUnavailable, "The service is busy at the moment. Try again later.").RetryAfter(5)

// Shed counts a request that is refused because of overload, and returns its problem. Each
// client is asked to wait for a different time: if all came back at once, refusing them
// again would take time from the requests in progress.
func (a *API) Shed(reads bool) *Problem {
	if a.options.OnShed != nil {
		a.options.OnShed(reads)
	}
	return overloaded.RetryAfter(3 + rand.IntN(4))
}

// WithLimit returns the same API, but limits the operations that are registered with the
// result: together, at most n of their reads and n/2 of their changes are in progress at
// once. Some more wait for a moment; the rest are refused at once, so that requests in
// progress finish in time under any load.
//
// The limit counts requests that have been read and found valid. Slow clients therefore do
// not use it up, and a database that hangs does not delay invalid requests.
func (a *API) WithLimit(n int) *API {
	limited := *a
	// Changes may wait for a lock. They have a limit of their own, so that they never hold
	// all the connections that reads need.
	limited.limits = limits{reads: NewLimiter(n), writes: NewLimiter(max(1, n/2))}
	return &limited
}

// limits are the limiters of the operations of an API; nil means no limit.
type limits struct{ reads, writes *Limiter }

// limit lets a request wait until it may begin, or refuses it.
func limit[I, O any](a *API, method string) stage[I, O] {
	reads, limiter := method == http.MethodGet, a.limits.writes
	if reads {
		limiter = a.limits.reads
	}
	if limiter == nil {
		return nil
	}
	return func(next handler[I, O]) handler[I, O] {
		return func(ctx context.Context, in *I) (*O, error) {
			if !limiter.Acquire(ctx) {
				if err := ctx.Err(); err != nil { // the client left, or the service stops
					return nil, err
				}
				return nil, a.Shed(reads)
			}
			defer limiter.Release()
			return next(ctx, in)
		}
	}
}

// Limiter bounds how many requests are in progress at once, and how many wait. It is safe
// for concurrent use.
type Limiter struct {
	running chan struct{}
	waiting atomic.Int64
}

// NewLimiter returns a Limiter for at most n requests at once.
func NewLimiter(n int) *Limiter { return &Limiter{running: make(chan struct{}, n)} }

// Acquire reports whether the request may begin; it then has to call Release. Acquire waits
// for at most half a second, or until ctx is done, and not at all if the queue is full.
func (l *Limiter) Acquire(ctx context.Context) bool {
	if !l.wait(ctx) {
		return false
	}
	// Let other requests that have arrived run up to this point, where they are queued or
	// refused. Otherwise they would wait for a processor, without any limit.
	runtime.Gosched()
	return true
}

func (l *Limiter) wait(ctx context.Context) bool {
	select {
	case l.running <- struct{}{}:
		return true
	default:
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > l.maxWaiting() {
		return false
	}
	timeout := time.NewTimer(queueTimeout)
	defer timeout.Stop()
	select {
	case l.running <- struct{}{}:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return false
}

func (l *Limiter) maxWaiting() int64 { return int64(queueLength * cap(l.running)) }

// Full reports whether Acquire would refuse a request at once. It is a hint for callers
// that have work to do before they call Acquire.
func (l *Limiter) Full() bool { return l.waiting.Load() >= l.maxWaiting() }

// Release ends a request for which Acquire returned true.
func (l *Limiter) Release() { <-l.running }
