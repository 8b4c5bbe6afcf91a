package oidctest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Subject is the person who signs in at a Provider.
const Subject = "id1"

const (
	loginPath = "/login"
	tokenPath = "/oauth/token"
)

// signIn is what people who sign in need of a provider.
type signIn struct {
	clients map[string]webClient
	onToken func(w http.ResponseWriter, r *http.Request, next http.Handler)
	// namesIssuer says that answers name the provider (RFC 9207).
	namesIssuer bool
}

// LetSignIn registers a service, whose people are then let in without being asked. Without a secret, the
// client is public. Access tokens are for Audience.
func (p *Provider) LetSignIn(id, secret, redirectURI string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	if p.storage.signIn.clients == nil {
		p.storage.signIn.clients = map[string]webClient{}
		p.handler = p.storage.besides(p.handler)
	}
	p.storage.signIn.clients[id] = webClient{storage.WebClient(id, secret, redirectURI), secret}
}

// OnToken lets h, after LetSignIn, answer who comes with a code. It may ask the provider, which is next.
func (p *Provider) OnToken(h func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	p.storage.signIn.onToken = h
}

// NameIssuer makes the provider say, after LetSignIn, that it names itself when it leads people back. It
// does not do it.
func (p *Provider) NameIssuer() {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	p.storage.signIn.namesIssuer = true
}

// Answer returns what the provider answers to a request, and what a change makes of it.
func Answer(w http.ResponseWriter, r *http.Request, next http.Handler, change func(answer map[string]any)) {
	recorded := httptest.NewRecorder()
	next.ServeHTTP(recorded, r)
	answer := map[string]any{}
	if json.Unmarshal(recorded.Body.Bytes(), &answer) == nil {
		change(answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(recorded.Code)
	_ = json.NewEncoder(w).Encode(answer) // it only fails if the client has left
}

// ClaimsOf returns what a token says.
func ClaimsOf(token string) (all Claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("it is no JSON Web Token")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	return all, err
}

// besides serves the login page, which lets everyone in, and what OnToken has set.
func (s *store) besides(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		onToken, namesIssuer := s.signIn.onToken, s.signIn.namesIssuer
		s.mu.Unlock()
		switch id := r.URL.Query().Get("id"); {
		case r.URL.Path == loginPath && s.CheckUsernamePassword("test-user@localhost", "verysecure", id) == nil:
			http.Redirect(w, r, "/authorize/callback?id="+url.QueryEscape(id), http.StatusFound)
		case r.URL.Path == tokenPath && onToken != nil && r.FormValue("grant_type") == "authorization_code":
			onToken(w, r, next)
		case strings.HasPrefix(r.URL.Path, "/.well-known/") && namesIssuer:
			Answer(w, r, next, func(answer map[string]any) { answer["authorization_response_iss_parameter_supported"] = true })
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *store) client(id string) (webClient, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, registered := s.signIn.clients[id]
	return found, registered
}

func (s *store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	if found, registered := s.client(id); registered {
		return found, nil
	}
	return s.Storage.GetClientByClientID(ctx, id)
}

func (s *store) AuthorizeClientIDSecret(ctx context.Context, id, secret string) error {
	found, registered := s.client(id)
	switch {
	case !registered:
		return s.Storage.AuthorizeClientIDSecret(ctx, id, secret)
	case found.secret != secret:
		return errors.New("the secret is wrong")
	}
	return nil
}

func (s *store) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	return forService(s.Storage.AuthRequestByID(ctx, id))
}

func (s *store) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	return forService(s.Storage.AuthRequestByCode(ctx, code))
}

// forService makes access tokens be for Audience, and not for the client.
func forService(request op.AuthRequest, err error) (op.AuthRequest, error) {
	if err != nil {
		return nil, err
	}
	return authRequest{request}, nil
}

type authRequest struct{ op.AuthRequest }

func (authRequest) GetAudience() []string { return []string{Audience} }

// webClient is a service where people sign in.
type webClient struct {
	*storage.Client
	secret string
}

func (webClient) LoginURL(id string) string           { return loginPath + "?id=" + url.QueryEscape(id) }
func (webClient) IsScopeAllowed(string) bool          { return true }
func (webClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (c webClient) AuthMethod() oidc.AuthMethod {
	if c.secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}
