package oidc

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

const (
	providerPath = web.SignInPath + "/provider"
	callbackPath = web.SignInPath + "/callback"
	// maxSession is how long a session counts without the provider being asked again.
	maxSession = 12 * time.Hour
)

// Start makes a session of a caller who has signed in.
type Start func(http.ResponseWriter, *http.Request, *web.Caller) error

// SignIn lets people sign in at the provider, by an authorization code with PKCE (OpenID Connect Core 1.0,
// RFC 7636, RFC 9700). What it has to remember meanwhile is in a cookie, so every replica may go on. It is
// safe for concurrent use.
type SignIn struct {
	provider  *Provider
	start     Start
	exchanges *web.Limiter
	endpoints endpoints
	// secret returns the secret of the client as it is now, or nothing for a public client.
	secret func() (string, error)
}

// NewSignIn returns the sign-in at a provider whose settings have the id of a client. If readSecret is not
// nil, it returns the secret of that client in the place of the settings.
func NewSignIn(p *Provider, start Start, readSecret func() (string, error)) *SignIn {
	if readSecret == nil {
		readSecret = func() (string, error) { return p.settings.SignIn.ClientSecret, nil }
	}
	return &SignIn{
		provider: p, start: start, secret: readSecret,
		exchanges: web.NewLimiter(waiters), endpoints: endpoints{waiting: web.NewLimiter(waiters)},
	}
}

// Confirm returns the caller of a session that began at a time. The provider is not asked: the session
// counts for 12 hours, if the settings still name the same provider.
func (s *SignIn) Confirm(_ context.Context, caller *web.Caller, since time.Time) (*web.Caller, error) {
	if !strings.HasPrefix(caller.Owner, s.provider.settings.Issuer+"#") {
		return nil, fmt.Errorf("%w: the session is by another provider", web.ErrUnknownCaller)
	}
	if time.Since(since) > maxSession {
		return nil, fmt.Errorf("%w: the session has ended", web.ErrUnknownCaller)
	}
	return caller, nil
}

// Routes registers GET /sign-in/provider, which leads to the provider, and GET /sign-in/callback, to which
// the provider leads back.
func (s *SignIn) Routes(api *web.API) {
	issuer, _ := url.Parse(s.provider.settings.Issuer) // it is checked
	query := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	redirect(api, &huma.Operation{
		OperationID: "sign-in-provider", Path: providerPath, Metadata: web.SignInWay,
		Summary: "Sign in with " + issuer.Host, Description: "Leads to the provider, where people prove who they are.",
		Parameters: []*huma.Param{query("to", "Where they are led back to: a path of this service.")},
	}, s.leave)
	redirect(api, &huma.Operation{
		OperationID: "sign-in-callback", Path: callbackPath, Metadata: web.Unlisted,
		Summary: "Sign in", Description: "Where the provider leads people back to. Starts a session, which the cookie of the answer stands for.",
		Parameters: []*huma.Param{
			query("code", "Stands for the tokens of the provider."), query("state", "Belongs to the cookie that the browser got before."),
			query("iss", "The provider (RFC 9207)."), query("error", "Why there is no code."),
		},
	}, s.comeBack)
}

// redirect registers a GET that is answered with a redirect, or with a problem.
func redirect(api *web.API, op *huma.Operation, serve func(http.ResponseWriter, *http.Request) (target string, err error)) {
	op.Method, op.Security = http.MethodGet, web.Open
	op.Tags = api.Tag("sessions", "") // it is described there
	op.Responses = map[string]*huma.Response{"303": {Description: "See Other: Location says where it leads."}}
	api.OpenAPI().AddOperation(op)
	api.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		target, err := serve(w, r)
		if err != nil {
			api.HandleError(w, r, err)
			return
		}
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusSeeOther)
	})
}

// leave returns the address of the provider for a new attempt.
func (s *SignIn) leave(w http.ResponseWriter, r *http.Request) (target string, err error) {
	known, err := s.discover(r.Context())
	if err != nil {
		return "", errAway.WithCause(err)
	}
	attempt := newAttempt(r.URL.Query().Get("to"))
	http.SetCookie(w, attempt.cookie(r.Context()))
	return s.authorizationURL(r.Context(), known, attempt), nil
}

// comeBack takes the code of the provider to it, starts a session, and returns where that leads.
func (s *SignIn) comeBack(w http.ResponseWriter, r *http.Request) (target string, err error) {
	answer := r.URL.Query()
	r.URL.RawQuery = "" // a page shows the address: not the code
	attempt := attemptOf(r)
	if attempt == nil || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(attempt.state)) != 1 {
		return "", errForeign
	}
	r.URL.RawQuery = url.Values{"to": {attempt.to}}.Encode() // where the page leads after another attempt
	http.SetCookie(w, cleared.cookie(r.Context()))
	ctx, cancel := context.WithTimeout(r.Context(), fetchTimeout)
	defer cancel()
	known, err := s.discover(ctx)
	if err != nil {
		return "", errAway.WithCause(err)
	}
	if issuer := answer.Get("iss"); issuer != s.provider.settings.Issuer && (issuer != "" || known.NamesIssuer) {
		return "", errMixedUp
	}
	if code := answer.Get("error"); code != "" {
		return "", refusal(code)
	}
	if !s.exchanges.Acquire(ctx) {
		return "", errAway.WithCause(errBusy)
	}
	defer s.exchanges.Release()
	caller, err := s.exchange(ctx, known, attempt, answer.Get("code"))
	if err != nil {
		return "", err
	}
	web.InfoFrom(r.Context()).Caller = caller
	return attempt.to, s.start(w, r, caller)
}
