package web

import (
	"context"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// turnTimeout is how long a request waits for its turn. Whoever waits longer is
// better told to come back than served when they may be gone.
const turnTimeout = 500 * time.Millisecond

// queueLength is how many requests wait, for each that is worked on. Who waits here
// costs little and is served in order; the pool of connections takes them at random.
const queueLength = 8

var overloaded = NewProblem(http.StatusServiceUnavailable, "The service is busy at the moment. Try again later.").RetryAfter(5)

// Shed returns the problem of a request that found too much to do, and counts it. It
// asks each client to come back at another time, and not at once: refusing
// is work, too, and takes it from those who are served.
func (a *API) Shed(reads bool) *Problem {
	if a.options.OnShed != nil {
		a.options.OnShed(reads)
	}
	return overloaded.RetryAfter(3 + rand.IntN(4))
}

// WithLimit returns the same API for operations that take turns: at most limit of
// their reads are worked on at once, and half as many changes, and some more wait a
// moment. The others are refused at once: what is begun is finished in time, however much more is asked
// for. A turn begins when a request is read and found valid, so that neither slow
// clients nor a database that hangs are in the way of what needs no database.
func (a *API) WithLimit(limit int) *API {
	bounded := *a
	// Changes may wait for somebody's lock: they must not take all turns, nor all
	// connections, from those who read.
	bounded.turns = map[bool]*Limiter{true: NewLimiter(limit), false: NewLimiter(max(1, limit/2))}
	return &bounded
}

// Limiter bound how many requests are worked on at once. They are for concurrent use.
type Limiter struct {
	taken   chan struct{}
	waiting atomic.Int64
}

// NewLimiter returns turns for at most limit requests at once.
func NewLimiter(limit int) *Limiter { return &Limiter{taken: make(chan struct{}, limit)} }

// Acquire waits a moment, until ctx is done at the latest, and returns whether it was the
// request's turn; then GiveBack ends it.
func (t *Limiter) Acquire(ctx context.Context) bool {
	if !t.wait(ctx) {
		return false
	}
	// Whoever else has arrived comes here first, to wait or to be refused: they
	// would wait for a processor instead, where nobody counts them.
	runtime.Gosched()
	return true
}

func (t *Limiter) wait(ctx context.Context) bool {
	select {
	case t.taken <- struct{}{}:
		return true
	default:
	}
	defer t.waiting.Add(-1)
	if t.waiting.Add(1) > int64(queueLength*cap(t.taken)) {
		return false
	}
	timeout := time.NewTimer(turnTimeout)
	defer timeout.Stop()
	select {
	case t.taken <- struct{}{}:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return false
}

// Full reports whether Take would refuse now: a hint, before there is work to lose.
func (t *Limiter) Full() bool { return t.waiting.Load() >= int64(queueLength*cap(t.taken)) }

// Release ends a turn.
func (t *Limiter) Release() { <-t.taken }

// inTurn makes a handler wait for its turn; without turns there is no bound.
func inTurn[I, O any](a *API, reads bool, handler func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	t := a.turns[reads]
	if t == nil {
		return handler
	}
	return func(ctx context.Context, in *I) (*O, error) {
		if !t.Acquire(ctx) {
			if err := ctx.Err(); err != nil { // the client went away, or the service stops
				return nil, err
			}
			return nil, a.Shed(reads)
		}
		defer t.Release()
		return handler(ctx, in)
	}
}
