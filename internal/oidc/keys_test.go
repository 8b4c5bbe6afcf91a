package oidc

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// running returns keys that fetch gets, in a bubble where waiting takes no time, and a count of the
// fetches.
func running(t *testing.T, fetch func() ([]jose.JSONWebKey, error)) (k *keys, fetches *int) {
	fetches = new(int)
	k = newKeys(func(context.Context) ([]jose.JSONWebKey, error) { *fetches++; return fetch() }, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); k.run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	synctest.Wait()
	return k, fetches
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
		published := []jose.JSONWebKey{{KeyID: "a"}, {KeyID: "b"}}
		k, fetches := running(t, func() ([]jose.JSONWebKey, error) { return published, nil })
		wantFound(t, k, "a", 1)
		published = published[1:] // a is known to others
		time.Sleep(interval - time.Second)
		wantFound(t, k, "a", 1)
		time.Sleep(2 * time.Second)
		wantFound(t, k, "a", 0)
		wantFound(t, k, "b", 1)
		if *fetches != 2 {
			t.Errorf("the keys were fetched %d times", *fetches)
		}
	})
}

func TestUnknownKeyIsFetchedOnceInTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		published := []jose.JSONWebKey{{KeyID: "a"}}
		k, fetches := running(t, func() ([]jose.JSONWebKey, error) { return published, nil })
		for i := range 600 { // a minute
			wantFound(t, k, "unknown "+strconv.Itoa(i), 0)
			time.Sleep(100 * time.Millisecond)
		}
		if *fetches < 5 || *fetches > 7 {
			t.Errorf("the keys were fetched %d times in a minute", *fetches)
		}
		time.Sleep(rest)
		published = []jose.JSONWebKey{{KeyID: "a"}, {KeyID: "b"}}
		wantFound(t, k, "b", 1)
	})
}

func TestFetchIsRepeatedEverMoreRarely(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		away := error(nil)
		k, fetches := running(t, func() ([]jose.JSONWebKey, error) { return []jose.JSONWebKey{{KeyID: "a"}}, away })
		wantFound(t, k, "a", 1)
		away = errors.New("away")
		time.Sleep(rest + time.Second)
		*fetches = 0
		for range 100 * 10 { // 100 s: after 0, 1, 3, 7, 15, 31, 61 and 91 s
			wantFound(t, k, "a", 1)
			if _, err := k.find(t.Context(), "b", "RS256"); !errors.Is(err, away) {
				t.Fatalf("an unknown key: %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if *fetches != 8 {
			t.Errorf("the keys were fetched %d times in 100 s", *fetches)
		}
		away = nil
		time.Sleep(lastRetry)
		wantFound(t, k, "b", 0)
	})
}

func TestRequestThatEndsDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silence := make(chan struct{})
		k, _ := running(t, func() ([]jose.JSONWebKey, error) { <-silence; return nil, nil })
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
