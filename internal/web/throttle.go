package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Throttle bounds how much one client may ask for. A request is counted when its caller is known and
// may do what it asks for, before its body is read. A response to a client that was counted has the
// fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11), which Count and
// Guessed set. A problem is a 429.
type Throttle interface {
	// Covers reports whether requests to a path are counted.
	Covers(path string) bool
	// Count counts a request, of the caller or the client that its Info has. It returns the problem of
	// one too many.
	Count(header http.Header, r *http.Request) *Problem
	// MayGuess reports whether the limit of credentials that are not valid has room for one more from
	// an address.
	MayGuess(address string) bool
	// Guessed counts such a credential. It returns the problem of one too many, and of any that was not
	// looked up, since nobody knows whether it is valid.
	Guessed(header http.Header, address string, lookedUp bool) *Problem
}

// guess is a credential that may turn out not to be valid.
type guess struct {
	throttle Throttle
	client   string
	// refused reports whether it was not looked up.
	refused bool
}

type guessKey struct{}

var errNotLookedUp = fmt.Errorf("%w: it was not looked up, since too many that are not valid came from the address", ErrUnknownCaller)

// MayLookUp returns nil, or an error that an Identify returns: it calls MayLookUp before it asks
// others about a credential that it has not lately found valid. So guesses cost no query, and callers
// that are known are not affected by others at the same address.
func MayLookUp(ctx context.Context) error {
	g, ok := ctx.Value(guessKey{}).(*guess)
	if !ok || g.throttle.MayGuess(g.client) {
		return nil
	}
	g.refused = true
	return errNotLookedUp
}

// admission returns the problem of a request that may not be carried out: see admit.
type admission = func(r *http.Request, needs [][]string) *Problem

// limitGuesses counts the credentials that turn out not to be valid.
func (a *API) limitGuesses(w http.ResponseWriter, admit admission) admission {
	throttle := a.options.Throttle
	if throttle == nil {
		return admit
	}
	return func(r *http.Request, needs [][]string) *Problem {
		g := &guess{throttle: throttle, client: InfoFrom(r.Context()).Client}
		problem := admit(r.WithContext(context.WithValue(r.Context(), guessKey{}, g)), needs)
		if problem == nil || !errors.Is(problem, ErrUnknownCaller) {
			return problem
		}
		if tooMany := throttle.Guessed(w.Header(), g.client, !g.refused); tooMany != nil {
			return tooMany.WithCause(problem)
		}
		return problem
	}
}

// throttled counts the requests that reach h.
func (a *API) throttled(path string, h http.HandlerFunc) http.HandlerFunc {
	throttle := a.options.Throttle
	if throttle == nil || !throttle.Covers(path) {
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if problem := throttle.Count(w.Header(), r); problem != nil {
			WriteProblem(w, r, problem)
			return
		}
		h(w, r)
	}
}

var tooManyRequests = NewProblem(http.StatusTooManyRequests, "Too many requests. Try again later.").RetryAfter(1)

// describeThrottle adds the 429 and the fields to the description of an operation.
func (a *API) describeThrottle(op *huma.Operation) {
	if a.options.Throttle == nil || !a.options.Throttle.Covers(op.Path) {
		return
	}
	refusal := problemResponse(http.StatusText(http.StatusTooManyRequests))
	refusal.Headers = map[string]*huma.Param{}
	completeProblem(refusal, refusal.Content["application/problem+json"], tooManyRequests)
	op.Responses["429"] = refusal
	for status, response := range op.Responses {
		if status == "default" {
			continue
		}
		if response.Headers == nil {
			response.Headers = map[string]*huma.Param{}
		}
		response.Headers["RateLimit-Policy"] = header("Each limit: q requests in w seconds.", `"requests";q=100;w=1`)
		response.Headers["RateLimit"] = header("Of each limit: r requests are left for the next t seconds.", `"requests";r=99;t=1`)
	}
}
