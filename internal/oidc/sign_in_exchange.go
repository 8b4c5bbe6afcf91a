package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"example.com/templatesite/internal/web"
)

// The problems of people who sign in. What the provider says is hostile: only the log has some of it.
var (
	errForeign = web.NewProblem(http.StatusBadRequest, "This sign-in was not begun in this browser, or more than 10 minutes ago. Sign in again.")
	errMixedUp = web.NewProblem(http.StatusBadRequest, "The answer comes from another provider than the one that was asked. Sign in again.")
	errInvalid = web.NewProblem(http.StatusBadRequest, "What the provider answers is not for this sign-in, or was used before. Sign in again.")
	errDenied  = web.NewProblem(http.StatusForbidden, "The provider has not let you in. Sign in again, or as somebody else.")
	errAway    = web.NewProblem(http.StatusServiceUnavailable, "The provider does not answer at the moment. Sign in again in a minute.").RetryAfter(60)
	errRefused = web.NewProblem(http.StatusBadGateway, "The provider does not accept what this service asks for. Whoever runs the service has to look at the client at the provider: "+
		"its id (OIDC_CLIENT_ID), its secret, its redirect URI, and its scopes read and write.")
	errUnfit = web.NewProblem(http.StatusBadGateway, "The provider's access token is not for this service. Whoever runs the service has to let the provider issue access tokens "+
		"that are JSON Web Tokens, with the audience OIDC_AUDIENCE and the scopes read or write.")
)

// The reasons for which ID tokens are refused, besides those of every token.
var (
	errNonce = errors.New("its nonce is that of another sign-in")
	errParty = errors.New("it is for another client")
	errHash  = errors.New("it belongs to another access token")
)

// refusal returns the problem of a code of an error, which the provider sends in the place of a token.
func refusal(code string) error {
	cause := fmt.Errorf("the provider says %.60q", code)
	switch code {
	case "access_denied", "login_required", "consent_required", "interaction_required":
		return errDenied.WithCause(cause)
	case "server_error", "temporarily_unavailable":
		return errAway.WithCause(cause)
	case "invalid_grant":
		return errInvalid.WithCause(cause)
	}
	return errRefused.WithCause(cause)
}

// client returns the service as a client of the provider.
func (s *SignIn) client(ctx context.Context, known *discovery) *oauth2.Config {
	return &oauth2.Config{
		ClientID: s.provider.settings.SignIn.ClientID, RedirectURL: web.URL(ctx, callbackPath),
		Scopes:   []string{"openid", web.ScopeRead, web.ScopeWrite},
		Endpoint: oauth2.Endpoint{AuthURL: known.AuthorizationURL, TokenURL: known.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// authorizationURL returns where an attempt leads. Providers want to know for which service the access
// token is: some as its resource (RFC 8707), others as its audience.
func (s *SignIn) authorizationURL(ctx context.Context, known *discovery, a *attempt) string {
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(a.verifier), oauth2.SetAuthURLParam("nonce", a.nonce), oauth2.SetAuthURLParam("audience", s.provider.settings.Audience),
	}
	return s.client(ctx, known).AuthCodeURL(a.state, append(options, s.resource()...)...)
}

// resource returns the audience as a resource, which has to be a URI.
func (s *SignIn) resource() (options []oauth2.AuthCodeOption) {
	if u, err := url.Parse(s.provider.settings.Audience); err == nil && u.IsAbs() && u.Fragment == "" {
		options = append(options, oauth2.SetAuthURLParam("resource", s.provider.settings.Audience))
	}
	return options
}

// exchange returns who has signed in, for a code: the caller of the access token, as if a program had sent
// it. The ID token says that the code belongs to the attempt.
func (s *SignIn) exchange(ctx context.Context, known *discovery, a *attempt, code string) (*web.Caller, error) {
	secret, err := s.secret()
	if err != nil {
		return nil, errRefused.WithCause(fmt.Errorf("OIDC_CLIENT_SECRET_FILE %w", err))
	}
	client := s.client(ctx, known)
	client.ClientSecret = secret
	if secret != "" && known.takesBasic() {
		client.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	options := append(s.resource(), oauth2.VerifierOption(a.verifier))
	token, err := client.Exchange(context.WithValue(ctx, oauth2.HTTPClient, s.provider.source.client), code, options...)
	if err != nil {
		return nil, notExchanged(err)
	}
	idToken, _ := token.Extra("id_token").(string)
	_, err = s.provider.verify(ctx, idToken, func(header *jose.Header, typ string, c *claims) error {
		return s.checkID(header.Algorithm, typ, c, a.nonce, token.AccessToken)
	})
	if err != nil {
		return nil, becauseOf(err, errInvalid, "the ID token")
	}
	caller, err := s.provider.Identify(ctx, token.AccessToken)
	if err != nil {
		return nil, becauseOf(err, errUnfit, "the access token")
	}
	return caller, nil
}

// becauseOf returns the problem of a token that is not valid, or whose key cannot be found.
func becauseOf(err error, invalid *web.Problem, token string) error {
	if errors.Is(err, web.ErrUnknownCaller) {
		if err == web.ErrUnknownCaller { //nolint:errorlint // it means that nothing else is known
			err = errMalformed
		}
		return invalid.WithCause(fmt.Errorf("%s: %w", token, err))
	}
	return errAway.WithCause(err)
}

// notExchanged returns the problem of a code for which there is no token. The error of the library has
// the whole answer.
func notExchanged(err error) error {
	answer, answered := errors.AsType[*oauth2.RetrieveError](err)
	unreachable, _ := errors.AsType[*url.Error](err)
	switch {
	case unreachable != nil:
		return errAway.WithCause(unreachable)
	case !answered:
		return errAway.WithCause(errors.New("what the provider answers to the code is no token"))
	}
	status := fmt.Errorf("the provider answers to the code with the status %d", answer.Response.StatusCode)
	switch code := answer.Response.StatusCode; {
	case code >= http.StatusInternalServerError || code == http.StatusTooManyRequests:
		return errAway.WithCause(status)
	case answer.ErrorCode == "":
		return errRefused.WithCause(status)
	}
	return refusal(answer.ErrorCode)
}

// checkID returns why an ID token is not that of an attempt and an access token (OpenID Connect Core 1.0,
// section 3.1.3.7), except for its signature.
func (s *SignIn) checkID(algorithm, typ string, c *claims, nonce, accessToken string) error {
	if typ = strings.ToLower(typ); typ != "" && typ != "jwt" {
		return errKind
	}
	client := s.provider.settings.SignIn.ClientID
	if err := c.check(s.provider.settings.Issuer, client, time.Now()); err != nil {
		return err
	}
	if c.Party != "" && c.Party != client {
		return errParty
	}
	if found, _ := c.Nonce.(string); subtle.ConstantTimeCompare([]byte(found), []byte(nonce)) != 1 {
		return errNonce
	}
	if c.AccessHash != nil && c.AccessHash != accessHash(algorithm, accessToken) {
		return errHash
	}
	return nil
}

// accessHash returns the at_hash of an access token (section 3.1.3.6): half of its hash, by the hash of
// the algorithm.
func accessHash(algorithm, accessToken string) any {
	sum := sha256.Sum256([]byte(accessToken))
	half := sum[:sha256.Size/2]
	if algorithm == string(jose.EdDSA) {
		sum := sha512.Sum512([]byte(accessToken))
		half = sum[:sha512.Size/2]
	}
	return base64.RawURLEncoding.EncodeToString(half)
}
