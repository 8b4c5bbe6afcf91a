package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// bearer is the name of the security scheme in the description.
const bearer = "bearer"

// Open is the Security of an operation that everyone may use, even where all others need a caller.
var Open = []map[string][]string{}

// Needs is the Security of an operation that only a caller with these scopes may use. An operation
// without Security needs ScopeRead for GET, else ScopeWrite, of the resource that it belongs to. With
// AuthenticationWrite, reads without Security are open; with AuthenticationOff, everything is.
func Needs(scopes ...string) []map[string][]string {
	return []map[string][]string{{bearer: scopes}}
}

// For returns the same API for the operations of a resource: their scopes have its name.
func (a *API) For(resource string) *API {
	c := *a
	c.resource = resource
	return &c
}

// usualSecurity returns the Security of an operation that says nothing.
func (a *API) usualSecurity(method string) []map[string][]string {
	scope, reads := ScopeWrite, slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
	if reads {
		scope = ScopeRead
	}
	if a.resource != "" {
		scope = a.resource + ":" + scope
	}
	switch {
	case a.owned:
		return append(Needs(scope, ScopeAdmin), Needs(scope)...)
	case reads && a.options.Authentication == AuthenticationWrite:
		return append([]map[string][]string{{}}, Needs(scope)...)
	}
	return Needs(scope)
}

// secure completes the Security of an operation, and the problems that follow from it.
func (a *API) secure(op *huma.Operation) {
	switch {
	case a.options.Authentication.isOff():
		op.Security = nil
		return
	case op.Security == nil:
		op.Security = a.usualSecurity(op.Method)
	}
	if len(op.Security) > 0 {
		op.Errors = append(slices.Clone(op.Errors), http.StatusUnauthorized, http.StatusForbidden)
	}
}

// describeSecurity adds to the description what operations refer to.
func (a *API) describeSecurity() {
	if a.options.Authentication.isOff() {
		return
	}
	a.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{bearer: {
		Type: "http", Scheme: "bearer",
		Description: "Who calls, and what they may do (RFC 6750). The scopes read and write include those of every resource.",
	}}
	maps.Copy(a.OpenAPI().Components.SecuritySchemes, a.options.Schemes)
}

// bySchemes adds to each alternative that needs a caller the same by each of the other schemes.
func (a *API) bySchemes(security []map[string][]string) []map[string][]string {
	all := slices.Clone(security)
	for _, alternative := range security {
		scopes, found := alternative[bearer]
		for _, name := range slices.Sorted(maps.Keys(a.options.Schemes)) {
			if found {
				all = append(all, map[string][]string{name: scopes})
			}
		}
	}
	return all
}

// ScopesOf returns the scopes that a caller needs for an operation, or nothing if it needs no caller: the
// last alternative is the least.
func ScopesOf(op *huma.Operation) (scopes []string) {
	for _, alternative := range alternatives(op.Security) {
		if scopes = alternative; scopes == nil {
			break
		}
	}
	return scopes
}

// alternatives returns the scopes of each alternative of a Security. They are nil for one that needs no
// caller.
func alternatives(security []map[string][]string) (all [][]string) {
	for _, alternative := range security {
		var scopes []string
		if len(alternative) > 0 {
			scopes = append([]string{}, slices.Concat(slices.Collect(maps.Values(alternative))...)...)
		}
		all = append(all, scopes)
	}
	return all
}

// Scopes returns the scopes that make a difference to operations, sorted. Only with AuthenticationAll are
// they all.
func (a *API) Scopes() (all []string) {
	for _, path := range a.Paths() {
		for _, op := range a.Operations(path) {
			all = append(all, slices.Concat(alternatives(op.Security)...)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// guard lets through to h only the requests that satisfy the Security of the operation, in the sense
// of OpenAPI: one of the alternatives, with all its scopes. It surrounds everything that is registered,
// so that nothing is open because something was forgotten.
func (a *API) guard(method, path string, h http.HandlerFunc) http.HandlerFunc {
	h = a.throttled(path, h) // feature: throttle
	if a.options.Authentication.isOff() {
		return h
	}
	// The first request comes when everything is registered.
	needs := sync.OnceValue(func() [][]string { return alternatives(a.securityOf(method, path)) })
	return func(w http.ResponseWriter, r *http.Request) {
		if needs := needs(); len(needs) > 0 {
			admit := a.admit
			admit = a.limitGuesses(w, admit) // feature: throttle
			if problem := admit(r, needs); problem != nil {
				WriteProblem(w, r, problem)
				return
			}
		}
		h(w, r)
	}
}

// securityOf returns the Security of a route. OPTIONS, which describes a path, needs what GET does.
func (a *API) securityOf(method, path string) []map[string][]string {
	described := method
	if method == http.MethodOptions {
		described = http.MethodGet
	}
	if op := a.Operations(path)[described]; op != nil && op.Security != nil {
		return op.Security
	}
	return a.usualSecurity(method)
}

// admit finds out who sends r, and returns the problem of a request that may not be carried out.
// A middleware may have found out before, by a cookie for example.
func (a *API) admit(r *http.Request, needs [][]string) *Problem {
	info := InfoFrom(r.Context())
	if info.Caller == nil {
		var problem *Problem
		if info.Caller, problem = a.identify(r); problem != nil {
			return problem
		}
	}
	if info.Caller != nil && !info.Caller.hasOwner() {
		info.Caller = nil
		return unknownCaller.WithCause(errNoOwner)
	}
	for _, scopes := range needs {
		if scopes == nil || info.Caller.mayAll(scopes) {
			return nil
		}
	}
	missing := strings.Join(needs[len(needs)-1], " ")
	if info.Caller == nil {
		return noCaller.challenge("", missing)
	}
	return NewProblem(http.StatusForbidden, "The caller does not have the scope that this needs: "+missing+".").challenge("insufficient_scope", missing)
}
