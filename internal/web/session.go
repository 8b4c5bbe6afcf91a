package web

import (
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Where people sign in and out. Neither needs a caller with scopes.
const (
	SignInPath  = "/sign-in"
	SignOutPath = "/sign-out"
)

// SignInWay is the Metadata of a GET below SignInPath where people prove who they are. It may have a
// parameter to, which is the path that they are led back to.
var SignInWay = map[string]any{"unlisted": true, "sign-in": true}

// Session knows who has signed in.
type Session interface {
	// Resume returns who has, as a cookie of r says, or nil if r has none that counts. It returns an
	// ErrUnknownCaller for a cookie that is not valid any more, and another error if that cannot be found
	// out.
	Resume(r *http.Request) (*Caller, error)
	// Clear makes the browser forget the cookie of r.
	Clear(w http.ResponseWriter, r *http.Request)
}

// SetSession makes people known who have signed in, where an operation asks for a caller and the request
// has no credential. To sign in, a session is not enough: one could be renewed for ever. It must be called
// before operations are registered.
func (a *API) SetSession(session Session) {
	guard := a.guard
	a.Mux.guard = func(method, path string, h http.HandlerFunc) http.HandlerFunc {
		h = guard(method, path, h)
		if method == http.MethodPost && path == SignInPath {
			return h
		}
		// The first request comes when everything is registered.
		asks := sync.OnceValue(func() bool { return len(a.securityOf(method, path)) > 0 })
		return func(w http.ResponseWriter, r *http.Request) {
			if asks() {
				if problem := a.resume(w, r, session); problem != nil {
					WriteProblem(w, r, problem)
					return
				}
			}
			h(w, r)
		}
	}
}

// resume finds out who has signed in, unless r has a credential of its own, which then counts alone. It
// returns the problem of a request whose cookie cannot be checked. With one that is not valid, it has no
// caller.
func (a *API) resume(w http.ResponseWriter, r *http.Request, session Session) *Problem {
	info := InfoFrom(r.Context())
	if info.Caller != nil {
		return nil
	}
	w.Header().Add("Vary", "Cookie")
	if hasCredential(r) {
		return nil
	}
	admit := func(r *http.Request, _ [][]string) *Problem {
		caller, err := repeat(r.Context(), a.retryable, func() (*Caller, error) { return session.Resume(r) })
		switch {
		case errors.Is(err, ErrUnknownCaller):
			return unknownCaller.WithCause(err)
		case err != nil:
			return a.cannotIdentify(r, err)
		}
		info.Caller = caller
		return nil
	}
	admit = a.limitGuesses(w, admit) // feature: throttle
	problem := admit(r, nil)
	if problem != nil && problem.Status == http.StatusUnauthorized {
		session.Clear(w, r)
		return nil
	}
	return problem
}

// hasCredential reports whether identify would look at more than the absence of a credential.
func hasCredential(r *http.Request) bool {
	if hasAccessToken(r) || len(r.Header["Authorization"]) > 1 {
		return true
	}
	_, found := bearerOf(r)
	return found
}

// May reports whether a caller, who may be nil, may use an operation.
func May(caller *Caller, op *huma.Operation) bool {
	needs := alternatives(op.Security)
	return len(needs) == 0 || slices.ContainsFunc(needs, func(scopes []string) bool {
		return scopes == nil || caller.mayAll(scopes)
	})
}

// HandleError answers r with the problem of an error, as an operation does. An ErrUnknownCaller that is
// not the cause of another problem is a credential that is not valid.
func (a *API) HandleError(w http.ResponseWriter, r *http.Request, err error) {
	if _, isProblem := errors.AsType[*Problem](err); !isProblem && errors.Is(err, ErrUnknownCaller) {
		WriteProblem(w, r, unknownCaller.WithCause(err))
		return
	}
	WriteProblem(w, r, asProblem(r.Context(), err, a.options.Classify))
}
