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

// Session returns who has signed in, as a cookie of r says, or nil if nobody has. It may clear a cookie
// that is not valid any more: that is no error, but one that cannot be checked is.
type Session func(w http.ResponseWriter, r *http.Request) (*Caller, error)

// SetSession makes people known who have signed in, where an operation asks for a caller and the request
// has no credential. It must be called before operations are registered.
func (a *API) SetSession(session Session) {
	guard := a.guard
	a.Mux.guard = func(method, path string, h http.HandlerFunc) http.HandlerFunc {
		h = guard(method, path, h)
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
// returns the problem of a request whose cookie cannot be checked.
func (a *API) resume(w http.ResponseWriter, r *http.Request, session Session) *Problem {
	info := InfoFrom(r.Context())
	if info.Caller != nil {
		return nil
	}
	w.Header().Add("Vary", "Cookie")
	if hasCredential(r) {
		return nil
	}
	caller, err := repeat(r.Context(), a.retryable, func() (*Caller, error) { return session(w, r) })
	if err != nil {
		return a.cannotIdentify(r, err)
	}
	info.Caller = caller
	return nil
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
