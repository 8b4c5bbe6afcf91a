package middleware

import (
	"net/http"
	"sync/atomic"
	"time"

	"example.com/templatesite/internal/web"
)

// queueTimeout is how long a request waits for its turn. Whoever waits longer is
// better told to come back than served when they may be gone.
const queueTimeout = 250 * time.Millisecond

var overloaded = web.NewProblem(http.StatusServiceUnavailable, "There is too much to do at the moment. Try again later.").RetryAfter(1)

// Admission lets at most limit requests be worked on at once, and as many wait a
// moment for their turn. The others are refused at once: work that is begun is
// finished in time, however much more is asked for. Health probes always pass, or
// a busy service would be taken for a dead one.
func Admission(limit int) web.Middleware {
	turns := make(chan struct{}, limit)
	var waiting atomic.Int64
	enter := func(r *http.Request) bool {
		select {
		case turns <- struct{}{}:
			return true
		default:
		}
		defer waiting.Add(-1)
		if waiting.Add(1) > int64(limit) {
			return false
		}
		timeout := time.NewTimer(queueTimeout)
		defer timeout.Stop()
		select {
		case turns <- struct{}{}:
			return true
		case <-timeout.C:
		case <-r.Context().Done():
		}
		return false
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !IsProbe(r.URL.Path) {
				if !enter(r) {
					web.WriteProblem(w, r, overloaded)
					return
				}
				defer func() { <-turns }()
			}
			next.ServeHTTP(w, r)
		})
	}
}
