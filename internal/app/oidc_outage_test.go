package app

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/oidctest"
)

// Requests with a key that the service does not know make it ask the provider at most once in this time.
const betweenFetches = 10 * time.Second

func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusServiceUnavailable)
}

// together sends the same request n times at once, and counts the statuses.
func together(s *service, n int, header func(i int) string) map[int]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for i := range n {
		all.Go(func() {
			status := s.Do("GET", "/book/1", "", header(i)).Status
			mu.Lock()
			defer mu.Unlock()
			counts[status]++
		})
	}
	all.Wait()
	return counts
}

func TestNewKeyIsFetchedOnceForAllRequests(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		first := bearing(p.Issue("read"))
		s.Want(http.StatusOK, "GET", "/book/1", "", first)
		p.Rotate(jose.ES256, false)
		time.Sleep(betweenFetches + time.Second)
		second := bearing(p.Issue("read"))
		if counts := together(s, 50, func(int) string { return second }); counts[http.StatusOK] != 50 {
			t.Errorf("the answers to a token with a new key: %v", counts)
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", first)
		if n := p.Fetches(); n != 2 {
			t.Errorf("the provider was asked %d times", n)
		}
		p.Rotate(jose.RS256, true) // as after a leak: the former keys are gone
		time.Sleep(betweenFetches + time.Second)
		s.Want(http.StatusOK, "GET", "/book/1", "", bearing(p.Issue("read")))
		s.Want(http.StatusUnauthorized, "GET", "/book/1", "", first)
		if n := p.Fetches(); n > 3 {
			t.Errorf("the provider was asked %d times", n)
		}
	})
}

func TestUnknownKeysCannotMakeTheServiceAskOften(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		valid := bearing(p.Issue("read"))
		s.Want(http.StatusOK, "GET", "/book/1", "", valid)
		own := oidctest.NewKey(t, jose.ES256)
		forged := func(i int) string {
			return bearing(oidctest.Sign(t, jose.ES256, own, strings.Repeat("k", i+1), p.Claims(), nil))
		}
		begin := time.Now()
		for time.Since(begin) < betweenFetches+2*time.Second {
			if counts := together(s, 40, forged); counts[http.StatusUnauthorized] != 40 {
				t.Fatalf("the answers to forged tokens: %v", counts)
			}
			s.Want(http.StatusOK, "GET", "/book/1", "", valid)
		}
		if n := p.Fetches(); n != 2 {
			t.Errorf("the provider was asked %d times in %v", n, time.Since(begin))
		}
	})
}

func TestKnownKeysWorkWhileTheProviderIsAway(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		known := bearing(p.Issue("read"))
		s.Want(http.StatusOK, "GET", "/book/1", "", known)
		p.Away(unavailable)
		p.Rotate(jose.RS256, false)
		unknown := bearing(p.Issue("read"))
		time.Sleep(betweenFetches + time.Second)
		if got := s.Do("GET", "/book/1", "", unknown); got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("a token with a new key: %d %v", got.Status, got.Header)
		}
		before := p.Fetches()
		for range 20 {
			s.Want(http.StatusOK, "GET", "/book/1", "", known)
			s.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", unknown)
		}
		if n := p.Fetches() - before; n > 3 {
			t.Errorf("40 requests made the service ask the provider %d times", n)
		}
		s.Want(http.StatusOK, "GET", "/healthcheck", "")
		s.record("the identity provider cannot be asked for its keys", nil)
		p.Back()
		s.record("the identity provider answers again", nil)
		s.Want(http.StatusOK, "GET", "/book/1", "", unknown)
	})
}

func TestServiceStartsWithoutItsProviderAndLetsNobodyThrough(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]http.HandlerFunc{
		"an error": unavailable,
		"silence":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":["`+strings.Repeat("x", 1<<20)+`"]}`)
		},
		"another provider": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"issuer":"http://other.example.org","jwks_uri":"http://other.example.org/keys"}`)
		},
		"somewhere else": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			p.Away(away)
			s := startService(t, byProvider(p, nil))
			token := bearing(p.Issue("read"))
			begin := time.Now()
			if counts := together(s, 20, func(int) string { return token }); counts[http.StatusServiceUnavailable] != 20 {
				t.Errorf("the answers are %v", counts)
			}
			if took := time.Since(begin); took > 8*time.Second {
				t.Errorf("the answers took %v", took)
			}
			s.Want(http.StatusUnauthorized, "GET", "/book/1", "")
			s.Want(http.StatusUnauthorized, "GET", "/book/1", "", bearing(p.Sign(p.Claims().With("aud", "other"), nil)))
			s.Want(http.StatusOK, "GET", "/", "")
			p.Back()
			s.record("the identity provider answers again", nil)
			s.Want(http.StatusOK, "GET", "/book/1", "", token)
		})
	}
}
