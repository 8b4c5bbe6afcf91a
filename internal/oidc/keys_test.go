package oidc

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// publisher is what the keys are fetched from. It is safe for concurrent use.
type publisher struct {
	mu      sync.Mutex
	keys    []jose.JSONWebKey
	err     error
	fetches int
}

func (p *publisher) fetch(context.Context) ([]jose.JSONWebKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetches++
	return p.keys, p.err
}

// publish changes what fetch returns: keys by these ids, or an error.
func (p *publisher) publish(err error, ids ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys, p.err = nil, err
	for _, id := range ids {
		p.keys = append(p.keys, jose.JSONWebKey{KeyID: id})
	}
}

// counted returns the number of fetches since it was asked last.
func (p *publisher) counted() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, p.fetches = p.fetches, 0
	return n
}

// running returns keys that are fetched, in a bubble where waiting takes no time.
func running(t *testing.T, fetch func(context.Context) ([]jose.JSONWebKey, error)) *keys {
	k := newKeys(fetch, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); k.run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	synctest.Wait()
	return k
}

// wantFound checks how many keys there are by that id.
func wantFound(t *testing.T, k *keys, id string, want int) {
	t.Helper()
	if found, err := k.find(t.Context(), id, "RS256"); len(found) != want || err != nil {
		t.Errorf("there are %d keys %s, %v, want %d", len(found), id, err, want)
	}
}

func TestKeysAreFetchedAgainAfterTenMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p publisher
		p.publish(nil, "a", "b")
		k := running(t, p.fetch)
		wantFound(t, k, "a", 1)
		p.publish(nil, "b") // a is known to others
		time.Sleep(interval - time.Second)
		wantFound(t, k, "a", 1)
		time.Sleep(2 * time.Second)
		wantFound(t, k, "a", 0)
		wantFound(t, k, "b", 1)
		if n := p.counted(); n != 2 {
			t.Errorf("the keys were fetched %d times", n)
		}
	})
}

func TestUnknownKeyIsFetchedOnceInTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p publisher
		p.publish(nil, "a")
		k := running(t, p.fetch)
		for i := range 600 { // a minute
			wantFound(t, k, "unknown "+strconv.Itoa(i), 0)
			time.Sleep(100 * time.Millisecond)
		}
		if n := p.counted(); n < 5 || n > 7 {
			t.Errorf("the keys were fetched %d times in a minute", n)
		}
		time.Sleep(rest)
		p.publish(nil, "a", "b")
		wantFound(t, k, "b", 1)
	})
}

func TestFetchIsRepeatedEverMoreRarely(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p publisher
		p.publish(nil, "a")
		k := running(t, p.fetch)
		wantFound(t, k, "a", 1)
		away := errors.New("away")
		p.publish(away)
		time.Sleep(rest + time.Second)
		p.counted()
		for range 100 * 10 { // 100 s: after 0, 1, 3, 7, 15, 31, 61 and 91 s
			wantFound(t, k, "a", 1)
			if _, err := k.find(t.Context(), "b", "RS256"); !errors.Is(err, away) {
				t.Fatalf("an unknown key: %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := p.counted(); n != 8 {
			t.Errorf("the keys were fetched %d times in 100 s", n)
		}
		p.publish(nil, "a")
		time.Sleep(lastRetry)
		wantFound(t, k, "b", 0)
	})
}

func TestRequestThatEndsDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silence := make(chan struct{})
		k := running(t, func(context.Context) ([]jose.JSONWebKey, error) { <-silence; return nil, nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := k.find(ctx, "a", "RS256"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the request ends with %v", err)
		}
		refused := make(chan error, 20*waiters)
		for range cap(refused) {
			go func() { _, err := k.find(t.Context(), "a", "RS256"); refused <- err }()
		}
		time.Sleep(time.Second)
		if n := len(refused); n != cap(refused)-waiters {
			t.Errorf("%d of %d requests wait", cap(refused)-n, cap(refused))
		}
		close(silence)
	})
}
