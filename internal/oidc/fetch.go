package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// fetchTimeout is how long asking the provider for its keys takes at most.
	fetchTimeout = 5 * time.Second
	// maxDocument is the size in bytes of the longest document that is read.
	maxDocument = 512 << 10
	// minRSABits is what RFC 7518, section 3.3, demands.
	minRSABits = 2048
)

// source is where the keys of a provider come from.
type source struct {
	settings Settings
	client   *http.Client
}

func newSource(settings Settings) *source {
	return &source{settings, &http.Client{
		Transport: http.DefaultTransport.(*http.Transport).Clone(),
		// A provider answers where it says that it is. Elsewhere may be inside.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// fetch returns the keys of the provider that can be used. Those that cannot are ignored, as
// RFC 7517, section 5, says.
func (s *source) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var provider struct {
		KeysURL string `json:"jwks_uri"`
	}
	if err := s.discover(ctx, &provider); err != nil {
		return nil, err
	}
	if !s.isSafe(provider.KeysURL) {
		return nil, fmt.Errorf("the provider has its keys at %q, which is not https://", provider.KeysURL)
	}
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := s.get(ctx, provider.KeysURL, &set); err != nil {
		return nil, err
	}
	if set.Keys == nil {
		return nil, fmt.Errorf("%s is not a set of keys", provider.KeysURL)
	}
	keys := make([]jose.JSONWebKey, 0, len(set.Keys))
	for _, text := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(text) == nil && isUsable(&key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// discover reads what the provider says about itself into a document.
func (s *source) discover(ctx context.Context, document any) error {
	var text jsontext.Value
	if err := s.get(ctx, s.settings.DiscoveryURL(), &text); err != nil {
		return err
	}
	var provider struct {
		Issuer string `json:"issuer"`
	}
	if err := errors.Join(json.Unmarshal(text, &provider), json.Unmarshal(text, document)); err != nil {
		return fmt.Errorf("%s is not the JSON that was expected", s.settings.DiscoveryURL())
	}
	if provider.Issuer != s.settings.Issuer {
		return fmt.Errorf("OIDC_ISSUER is %s, but there is the provider %q", s.settings.Issuer, provider.Issuer)
	}
	return nil
}

// isSafe reports whether an endpoint of the provider has HTTPS, unless the provider has none.
func (s *source) isSafe(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" && !strings.HasPrefix(s.settings.Issuer, "https:"))
}

// get reads a JSON document. The error holds nothing of it.
func (s *source) get(ctx context.Context, address string, document any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers with the status %d", address, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s breaks off: %w", address, err)
	case len(text) > maxDocument:
		return fmt.Errorf("%s has more than %d bytes", address, maxDocument)
	case json.Unmarshal(text, document) != nil:
		return fmt.Errorf("%s is not the JSON that was expected", address)
	}
	return nil
}

// isUsable reports whether a key can sign tokens by one of the algorithms. Secrets cannot: a provider
// that publishes one is broken.
func isUsable(key *jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return public.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey:
		return public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return true
	}
	return false
}
