package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/web"
)

const (
	// rest is how long fetched keys count as all that there are, whatever tokens say: unknown keys
	// cannot make the service ask the provider more often.
	rest = 10 * time.Second
	// interval is the time between two fetches without a reason. A key that the provider has removed
	// is no longer accepted after that.
	interval = 10 * time.Minute
	// The time between two attempts doubles from firstRetry to lastRetry.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
	// waiters is how many requests wait for a fetch at once.
	waiters = 64
)

var (
	errNotYet = errors.New("it has not answered yet")
	errBusy   = errors.New("too many requests wait for it")
)

// keys are the keys of a provider. One goroutine fetches them, for all requests. They are safe for
// concurrent use.
type keys struct {
	fetch   func(context.Context) ([]jose.JSONWebKey, error)
	log     *slog.Logger
	wanted  chan struct{} // has room for one: a request has a token with an unknown key
	waiting *web.Limiter

	mu    sync.Mutex
	known []jose.JSONWebKey // of the last fetch that succeeded
	err   error             // of the last fetch
	// fetched is closed when the fetch ends that is in progress, or begins as soon as it is wanted. It
	// is nil while none may begin.
	fetched chan struct{}
}

func newKeys(fetch func(context.Context) ([]jose.JSONWebKey, error), log *slog.Logger) *keys {
	return &keys{
		fetch: fetch, log: log, wanted: make(chan struct{}, 1), waiting: web.NewLimiter(waiters),
		err: errNotYet, fetched: make(chan struct{}),
	}
}

// find returns the keys by that id and for that algorithm. It asks the provider if there is none, and
// returns an error if the provider does not answer.
func (k *keys) find(ctx context.Context, id, algorithm string) ([]jose.JSONWebKey, error) {
	found, fetched, err := k.get(id, algorithm)
	if len(found) == 0 && fetched != nil {
		if err := k.wait(ctx, fetched); err != nil {
			return nil, err
		}
		found, _, err = k.get(id, algorithm)
	}
	if len(found) == 0 && err != nil {
		return nil, fmt.Errorf("the keys of the identity provider are not known: %w", err)
	}
	return found, nil
}

func (k *keys) get(id, algorithm string) (found []jose.JSONWebKey, fetched <-chan struct{}, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range k.known {
		if key.KeyID == id && (key.Algorithm == "" || key.Algorithm == algorithm) {
			found = append(found, key)
		}
	}
	return found, k.fetched, k.err
}

// wait returns when the fetch has ended. It takes as long as a fetch.
func (k *keys) wait(ctx context.Context, fetched <-chan struct{}) error {
	if !k.waiting.Acquire(ctx) {
		return errors.Join(errBusy, ctx.Err())
	}
	defer k.waiting.Release()
	select {
	case k.wanted <- struct{}{}:
	default: // another request wants the same
	}
	select {
	case <-fetched:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run fetches the keys at once, then at an interval or when they are wanted, until ctx ends.
func (k *keys) run(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		known, err := k.fetch(ctx)
		if ctx.Err() != nil {
			return
		}
		k.report(err, failures)
		k.finish(known, err)
		if err != nil {
			sleep(ctx, min(firstRetry<<min(failures, 10), lastRetry), nil)
			failures++
			k.begin()
			continue
		}
		failures = 0
		sleep(ctx, rest, nil)
		k.begin()
		sleep(ctx, interval-rest, k.wanted)
	}
}

// finish stores the result of a fetch. An error leaves the known keys as they are.
func (k *keys) finish(known []jose.JSONWebKey, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err = err; err == nil {
		k.known = known
	}
	close(k.fetched)
	k.fetched = nil
}

// begin lets requests wait for the next fetch.
func (k *keys) begin() {
	select {
	case <-k.wanted: // by a request that has its answer
	default:
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetched = make(chan struct{})
}

// report logs each failure, of which there are few, and their end.
func (k *keys) report(err error, failures int) {
	switch {
	case err != nil:
		k.log.Warn("the identity provider cannot be asked for its keys", "error", err)
	case failures > 0:
		k.log.Info("the identity provider answers again")
	}
}

// sleep returns after a time, when ctx ends, or when something is wanted.
func sleep(ctx context.Context, d time.Duration, wanted <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-wanted:
	}
}
