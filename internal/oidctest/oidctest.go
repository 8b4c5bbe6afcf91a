// Package oidctest is an OpenID provider for tests: the one of the module zitadel/oidc, with storage in
// memory, that counts requests and can be away. Only tests import it.
//
// It does not know who checks its tokens.
package oidctest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Audience is the audience of the access tokens that a Provider issues.
const Audience = "https://api.example.org/"

// keysPath is where a provider publishes its keys.
const keysPath = "/keys"

// Provider is a provider that runs on loopback. It is safe for concurrent use.
type Provider struct {
	// Issuer is its URL.
	Issuer string

	t       testing.TB
	storage *store
	handler http.Handler

	mu      sync.Mutex
	away    http.HandlerFunc
	fetches int
}

// New starts a provider that stops at the end of the test. It signs by RS256.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{t: t, storage: newStore()}
	p.Rotate(jose.RS256, true)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.Issuer = server.URL
	var err error
	p.handler, err = op.NewProvider(&op.Config{}, p.storage, op.StaticIssuer(p.Issuer), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ServeHTTP serves the endpoints of the provider, unless it is away.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	handler := p.handler
	if r.URL.Path == keysPath || strings.HasPrefix(r.URL.Path, "/.well-known/") {
		if r.URL.Path != keysPath {
			p.fetches++
		}
		if p.away != nil {
			handler = p.away
		}
	}
	p.mu.Unlock()
	handler.ServeHTTP(w, r)
}

// Away lets h answer who asks for the keys, until Back. The provider goes on issuing tokens.
func (p *Provider) Away(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = h
}

// Back ends Away.
func (p *Provider) Back() { p.Away(nil) }

// Fetches returns how often somebody has begun to ask for the keys.
func (p *Provider) Fetches() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

// Rotate makes the provider sign with a new key, for that algorithm. It keeps publishing the former
// ones unless they are removed.
func (p *Provider) Rotate(algorithm jose.SignatureAlgorithm, remove bool) {
	private := NewKey(p.t, algorithm)
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	if remove {
		p.storage.keys = nil
	}
	p.storage.last++
	p.storage.keys = append(p.storage.keys, &key{fmt.Sprint("key-", p.storage.last), algorithm, private})
}

// NewKey returns a private key for an algorithm.
func NewKey(t testing.TB, algorithm jose.SignatureAlgorithm) (private crypto.Signer) {
	t.Helper()
	var err error
	switch algorithm {
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.ES384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// Issue returns an access token with these scopes, which a program gets by its client credentials.
func (p *Provider) Issue(scopes ...string) string {
	p.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(scopes, " ")}, "client_id": {"sid1"}, "client_secret": {"verysecret"}}
	response, err := http.PostForm(p.Issuer+"/oauth/token", form)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	var issued struct {
		Token string `json:"access_token"`
	}
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(body, &issued) != nil || strings.Count(issued.Token, ".") != 2 {
		p.t.Fatalf("the provider answers %d %s, %v", response.StatusCode, body, err)
	}
	return issued.Token
}

// IssueID returns an ID token about a person, for the client that is called Audience. It has the hash
// of an access token, as those of an authorization do, if withHash is set.
func (p *Provider) IssueID(withHash bool) string {
	p.t.Helper()
	client, err := p.storage.ClientCredentials(context.Background(), "sid1", "verysecret")
	if err != nil {
		p.t.Fatal(err)
	}
	accessToken := ""
	if withHash {
		accessToken = p.Issue("read")
	}
	token, err := op.CreateIDToken(context.Background(), p.Issuer, person{}, time.Hour, accessToken, "", p.storage, client)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// Claims are those of a valid access token.
type Claims map[string]any

// With returns a copy with another value. A nil value removes the claim.
func (c Claims) With(name string, value any) Claims {
	c = maps.Clone(c)
	c[name] = value
	if value == nil {
		delete(c, name)
	}
	return c
}

// Claims returns the claims of an access token as RFC 9068 describes it, with the scope read.
func (p *Provider) Claims() Claims {
	now := time.Now().Unix()
	return Claims{
		"iss": p.Issuer, "sub": "alice", "aud": Audience, "client_id": "shop", "scope": "openid read",
		"iat": now, "exp": now + 600, "jti": "1",
	}
}

// Sign returns a token that the provider has signed. Headers are added to alg and kid.
func (p *Provider) Sign(claims Claims, headers map[string]any) string {
	p.t.Helper()
	last := p.storage.newest()
	return Sign(p.t, last.algorithm, last.private, last.id, claims, headers)
}

// Key returns the key that signs, and its id.
func (p *Provider) Key() (private crypto.Signer, id string) {
	last := p.storage.newest()
	return last.private, last.id
}

// Sign returns a token that a key has signed.
func Sign(t testing.TB, algorithm jose.SignatureAlgorithm, private any, id string, claims Claims, headers map[string]any) string {
	t.Helper()
	options := new(jose.SignerOptions)
	for name, value := range headers {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: private, KeyID: id}}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
