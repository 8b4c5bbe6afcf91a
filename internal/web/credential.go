package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// maxCredential is the length of the longest credential that is looked at.
const maxCredential = 8 << 10

var (
	noCaller = NewProblem(http.StatusUnauthorized, "This needs a caller: send the header Authorization: Bearer, followed by a credential.")
	// unknownCaller does not say why: a guess must not find out what once existed.
	unknownCaller = NewProblem(http.StatusUnauthorized, "The credential is not valid.").challenge("invalid_token", "")
	twoCallers    = NewProblem(http.StatusBadRequest, "The header Authorization was sent more than once.").challenge("invalid_request", "")
	inQuery       = NewProblem(http.StatusBadRequest, "A credential in the address ends up in logs: send it as Authorization: Bearer, and replace it.").
			challenge("invalid_request", "")
	unidentified = NewProblem(http.StatusServiceUnavailable, "The credential cannot be checked at the moment. Try again later.").RetryAfter(1)
)

// challenge returns a copy of p with what RFC 6750 says about a refusal.
func (p *Problem) challenge(code, scopes string) *Problem {
	value := `Bearer realm="api"`
	if code != "" {
		value += `, error="` + code + `"`
	}
	if scopes != "" {
		value += `, scope="` + scopes + `"`
	}
	return p.with("Www-Authenticate", value)
}

// accessToken is the parameter of a credential in the address (RFC 6750, section 2.3).
const accessToken = "access_token"

// hasAccessToken reports whether there is a credential in the address.
func hasAccessToken(r *http.Request) bool {
	return strings.Contains(r.URL.RawQuery, accessToken+"=") && r.URL.Query().Has(accessToken)
}

// bearerOf returns the credential of r. Another scheme is none: a proxy in front may have asked for it.
func bearerOf(r *http.Request) (credential string, found bool) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimLeft(credential, " "), strings.EqualFold(scheme, "Bearer")
}

// identify returns the caller whose credential r has, or nil if it has none.
func (a *API) identify(r *http.Request) (*Caller, *Problem) {
	if hasAccessToken(r) {
		return nil, inQuery
	}
	if len(r.Header["Authorization"]) > 1 {
		return nil, twoCallers
	}
	credential, found := bearerOf(r)
	if !found {
		return nil, nil
	}
	if len(credential) == 0 || len(credential) > maxCredential || !isToken68(credential) {
		return nil, unknownCaller
	}
	caller, err := repeat(r.Context(), a.retryable, func() (*Caller, error) { return a.ask(r.Context(), credential) })
	switch {
	case err == nil:
		return caller, nil
	case errors.Is(err, ErrUnknownCaller):
		return nil, unknownCaller.WithCause(err)
	}
	return nil, a.cannotIdentify(r, err)
}

// cannotIdentify returns the problem when it cannot be found out whether a credential is valid.
func (a *API) cannotIdentify(r *http.Request, err error) *Problem {
	if r.Context().Err() != nil {
		return asProblem(r.Context(), err, a.options.Classify)
	}
	if p := a.options.Classify(err); p != nil && p.Status == http.StatusServiceUnavailable {
		return p.WithCause(err)
	}
	return unidentified.WithCause(err)
}

// ask asks everyone who may know the credential, until one does or cannot find out.
func (a *API) ask(ctx context.Context, credential string) (caller *Caller, err error) {
	unknown := ErrUnknownCaller
	for _, identify := range a.options.Identify {
		caller, err = identify(ctx, credential)
		switch {
		case !errors.Is(err, ErrUnknownCaller):
			return caller, err
		case err != ErrUnknownCaller: //nolint:errorlint // without a reason, the credential is of another kind
			unknown = err
		}
	}
	return nil, unknown
}

// retryable reports whether asking again may help.
func (a *API) retryable(err error) bool {
	return a.options.Retryable != nil && a.options.Retryable(err)
}

// isToken68 reports whether a credential has only characters that it may contain (RFC 6750, section 2.1).
func isToken68(credential string) bool {
	for i := range len(credential) {
		c := credential[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("-._~+/=", c) < 0 {
			return false
		}
	}
	return true
}
