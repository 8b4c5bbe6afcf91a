package oidctest

import (
	"context"
	"crypto"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// store is the storage in memory that comes with the module, with keys that can be rotated and with
// access tokens that are JSON Web Tokens for Audience.
type store struct {
	*storage.Storage

	mu   sync.Mutex
	keys []*key // the last one signs
	last int

	signIn signIn // feature: sessions
}

func newStore() *store {
	return &store{Storage: storage.NewStorage(storage.NewUserStore("http://localhost"))}
}

func (s *store) newest() *key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[len(s.keys)-1]
}

func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return s.newest(), nil }

func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.newest().algorithm}, nil
}

func (s *store) KeySet(context.Context) (all []op.Key, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.keys {
		all = append(all, public{k})
	}
	return all, nil
}

// ClientCredentials returns the client whose access tokens are not opaque.
func (s *store) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	found, err := s.Storage.ClientCredentials(ctx, id, secret)
	return client{found}, err
}

// ClientCredentialsTokenRequest grants what the client asks for.
func (s *store) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return &oidc.JWTTokenRequest{Subject: id, Audience: []string{Audience}, Scopes: scopes}, nil
}

// GetPrivateClaimsFromScopes adds the claim scope, which the module leaves to the storage.
func (s *store) GetPrivateClaimsFromScopes(_ context.Context, _, _ string, scopes []string) (map[string]any, error) {
	return map[string]any{"scope": strings.Join(scopes, " ")}, nil
}

type client struct{ op.Client }

func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

// key is one with which the provider signs.
type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func (k *key) ID() string                                  { return k.id }
func (k *key) Key() any                                    { return k.private }
func (k *key) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }

// public is what the provider publishes of a key.
type public struct{ *key }

func (p public) Key() any                           { return p.private.Public() }
func (p public) Algorithm() jose.SignatureAlgorithm { return p.algorithm }
func (public) Use() string                          { return "sig" }

// person is an authentication about which the provider issues an ID token.
type person struct{}

func (person) GetSubject() string     { return "id1" }
func (person) GetAudience() []string  { return []string{Audience} }
func (person) GetClientID() string    { return Audience }
func (person) GetScopes() []string    { return []string{"openid"} }
func (person) GetAMR() []string       { return nil }
func (person) GetAuthTime() time.Time { return time.Now() }
