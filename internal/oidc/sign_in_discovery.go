package oidc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/templatesite/internal/web"
)

// discovery is what the provider says about itself (OpenID Connect Discovery 1.0, section 3), as far as
// signing in needs it.
type discovery struct {
	AuthorizationURL string   `json:"authorization_endpoint"`
	TokenURL         string   `json:"token_endpoint"`
	Methods          []string `json:"token_endpoint_auth_methods_supported"`
	NamesIssuer      bool     `json:"authorization_response_iss_parameter_supported"`
}

// takesBasic reports whether the secret of the client goes into a header, as it does if the provider does
// not say it.
func (d *discovery) takesBasic() bool {
	return len(d.Methods) == 0 || slices.Contains(d.Methods, "client_secret_basic")
}

// endpoints are what the provider has said, and until when that counts.
type endpoints struct {
	flight  singleflight.Group
	waiting *web.Limiter
	last    atomic.Pointer[discovered]
}

type discovered struct {
	discovery
	err   error
	until time.Time
}

var errEndpoints = errors.New("the provider has no authorization_endpoint and token_endpoint with https://")

// discover returns what the provider said in the last 10 minutes. It asks the provider for all requests at
// once, and after an error not before a second has passed.
func (s *SignIn) discover(ctx context.Context) (*discovery, error) {
	known := s.endpoints.last.Load()
	if known == nil || time.Now().After(known.until) {
		if !s.endpoints.waiting.Acquire(ctx) {
			return nil, errors.Join(errBusy, ctx.Err())
		}
		defer s.endpoints.waiting.Release()
		fetched := s.endpoints.flight.DoChan("", func() (any, error) { return s.ask(), nil })
		select {
		case result := <-fetched:
			known = result.Val.(*discovered)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &known.discovery, known.err
}

func (s *SignIn) ask() *discovered {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	now := &discovered{}
	source := s.provider.source
	if now.err = source.discover(ctx, &now.discovery); now.err == nil && (!source.isSafe(now.AuthorizationURL) || !source.isSafe(now.TokenURL)) {
		now.err = errEndpoints
	}
	now.until = time.Now().Add(interval)
	if now.err != nil {
		now.err = fmt.Errorf("the provider cannot be asked where to sign in: %w", now.err)
		now.until = time.Now().Add(firstRetry)
	}
	s.endpoints.last.Store(now)
	return now
}
