package oidc

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/oidctest"
	"example.com/templatesite/internal/web"
)

// publishing starts a server that says it is a provider with these keys, and returns its URL.
func publishing(t *testing.T, keys string) (issuer string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"issuer":"`+server.URL+`","jwks_uri":"`+server.URL+`/keys"}`)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, keys) })
	return server.URL
}

func open(t *testing.T, issuer string) *Provider {
	t.Helper()
	p := Open(Settings{Issuer: issuer, Audience: oidctest.Audience}, slog.New(slog.DiscardHandler))
	t.Cleanup(p.Close)
	return p
}

// jwk returns a published key, with fields that replace some.
func jwk(t *testing.T, key any, fields map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: "a"})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		all[name] = value
	}
	return all
}

func TestKeysThatCannotBeUsedAreIgnored(t *testing.T) {
	t.Parallel()
	strong := oidctest.NewKey(t, jose.RS256)
	for name, tt := range map[string]struct {
		keys      []any
		algorithm jose.SignatureAlgorithm
		private   any
		valid     bool
	}{
		"a key":                    {[]any{jwk(t, strong.Public(), nil)}, jose.RS256, strong, true},
		"for signatures":           {[]any{jwk(t, strong.Public(), map[string]any{"use": "sig", "alg": "RS256"})}, jose.RS256, strong, true},
		"for encryption":           {[]any{jwk(t, strong.Public(), map[string]any{"use": "enc"})}, jose.RS256, strong, false},
		"for another algorithm":    {[]any{jwk(t, strong.Public(), map[string]any{"alg": "PS256"})}, jose.RS256, strong, false},
		"among others":             {[]any{map[string]any{"kty": "unheard-of"}, 7, map[string]any{"kty": "RSA"}, jwk(t, strong.Public(), nil)}, jose.RS256, strong, true},
		"by the id of another":     {[]any{jwk(t, oidctest.NewKey(t, jose.ES256).Public(), nil), jwk(t, strong.Public(), nil)}, jose.RS256, strong, true},
		"private":                  {[]any{jwk(t, strong, nil)}, jose.RS256, strong, false},
		"a curve that is not used": {[]any{jwk(t, oidctest.NewKey(t, jose.ES384).Public(), nil)}, jose.RS256, strong, false},
		"a secret":                 {[]any{jwk(t, []byte(strings.Repeat("x", 32)), nil)}, jose.HS256, []byte(strings.Repeat("x", 32)), false},
		"none":                     {[]any{}, jose.RS256, strong, false},
	} {
		text, err := json.Marshal(map[string]any{"keys": tt.keys})
		if err != nil {
			t.Fatal(err)
		}
		issuer := publishing(t, string(text))
		claims := oidctest.Claims{"iss": issuer, "sub": "alice", "aud": oidctest.Audience, "scope": "read", "exp": time.Now().Unix() + 60}
		caller, err := open(t, issuer).Identify(t.Context(), oidctest.Sign(t, tt.algorithm, tt.private, "a", claims, nil))
		if tt.valid && (err != nil || caller.Owner != issuer+"#alice" || caller.ID != "oidc:alice") || !tt.valid && !errors.Is(err, web.ErrUnknownCaller) {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
}

func TestShortKeysAreNotUsed(t *testing.T) {
	t.Parallel()
	// A modulus of 1024 bits. No signature is needed: nobody gets as far.
	short := map[string]any{"kty": "RSA", "kid": "a", "e": "AQAB", "n": strings.Repeat("_", 170) + "8"}
	text, err := json.Marshal(map[string]any{"keys": []any{short}})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := newSource(Settings{Issuer: publishing(t, string(text))}).fetch(t.Context())
	if err != nil || len(keys) != 0 {
		t.Errorf("there are %d keys, %v", len(keys), err)
	}
}

func TestWhatIsNoSetOfKeysIsAnError(t *testing.T) {
	t.Parallel()
	key := oidctest.NewKey(t, jose.RS256)
	for _, text := range []string{"", "{}", `{"keys":null}`, `{"keys":7}`, "[]", "<html>", `{"keys":[]} and more`} {
		issuer := publishing(t, text)
		claims := oidctest.Claims{"iss": issuer, "sub": "alice", "aud": oidctest.Audience, "scope": "read", "exp": time.Now().Unix() + 60}
		_, err := open(t, issuer).Identify(t.Context(), oidctest.Sign(t, jose.RS256, key, "a", claims, nil))
		if err == nil || errors.Is(err, web.ErrUnknownCaller) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTokenIsNotRememberedBeyondItsEnd(t *testing.T) {
	t.Parallel()
	issuer := oidctest.New(t)
	p := open(t, issuer.Issuer)
	token := issuer.Sign(issuer.Claims().With("exp", time.Now().Unix()-28), nil) // 2 seconds before the clocks cannot explain it
	if _, err := p.Identify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * time.Second)
	if _, err := p.Identify(t.Context(), token); !errors.Is(err, web.ErrUnknownCaller) {
		t.Errorf("it is accepted: %v", err)
	}
}

func TestKeysOfAProviderOnHTTPSComeOverHTTPS(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https:": "", "http:": "not https://", "": "not https://", "file:": "not https://",
	} {
		mux := http.NewServeMux()
		server := httptest.NewTLSServer(mux)
		defer server.Close()
		mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"issuer":"`+server.URL+`","jwks_uri":"`+address+strings.TrimPrefix(server.URL, "https:")+`/keys"}`)
		})
		mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"keys":[]}`) })
		source := newSource(Settings{Issuer: server.URL})
		if _, err := source.fetch(t.Context()); err == nil {
			t.Error("a certificate of an unknown authority is accepted")
		}
		source.client.Transport = server.Client().Transport
		if _, err := source.fetch(t.Context()); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
