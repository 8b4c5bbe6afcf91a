// Package oidc accepts the access tokens of an OpenID provider, which are JSON Web Tokens that it has
// signed (RFC 9068), with the care that RFC 8725 asks for.
//
// It does not know HTTP requests or the resources: package web reads the header, and compares scopes.
package oidc

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/templatesite/internal/web"
)

// algorithms are those by which tokens may be signed. All of them are asymmetric: whoever can verify a
// token cannot make one.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA}

// Provider knows the callers who have an access token of an OpenID provider. It is safe for concurrent
// use.
type Provider struct {
	settings Settings
	source   *source
	keys     *keys
	verified web.Callers
	stop     func()
	stopped  chan struct{}
}

// Open returns the provider that valid settings name. It asks for its keys in the background until
// Close: a provider that is away does not prevent the start. The log gets warnings and no secrets.
func Open(settings Settings, log *slog.Logger) *Provider {
	ctx, stop := context.WithCancel(context.Background())
	source := newSource(settings)
	p := &Provider{settings: settings, source: source, keys: newKeys(source.fetch, log), stop: stop, stopped: make(chan struct{})}
	go func() {
		defer close(p.stopped)
		defer source.client.CloseIdleConnections()
		p.keys.run(ctx)
	}()
	return p
}

// Close ends what Open has begun.
func (p *Provider) Close() {
	p.stop()
	<-p.stopped
}

// Identify is a web.Identify. What it finds out counts for 5 seconds, but not beyond the end of the token.
func (p *Provider) Identify(ctx context.Context, credential string) (*web.Caller, error) {
	if strings.Count(credential, ".") != 2 {
		return nil, web.ErrUnknownCaller // it is of another kind
	}
	h := web.HashSecret(credential)
	if known := p.verified.Remembered(h); known != nil { // the usual case
		return known, nil
	}
	c, err := p.verify(ctx, credential, p.checkAccess)
	if err != nil {
		return nil, err
	}
	caller := c.caller()
	p.verified.Remember(h, caller, c.Expiry.Time().Add(skew))
	return caller, nil
}

// checkAccess returns why an access token is not valid, except for its signature.
func (p *Provider) checkAccess(_ *jose.Header, typ string, c *claims) error {
	if !c.isAccess(typ) {
		return errKind
	}
	return c.check(p.settings.Issuer, p.settings.Audience, time.Now())
}

// verify returns what a token says if it is valid. Everything that needs no key is looked at first, by
// check: only a token that could be valid makes the service look for one.
func (p *Provider) verify(ctx context.Context, credential string, check func(header *jose.Header, typ string, c *claims) error) (*claims, error) {
	token, err := jwt.ParseSigned(credential, algorithms)
	if err != nil {
		return nil, refuse(errMalformed)
	}
	header, unverified := token.Headers[0], new(claims)
	typ, isText := header.ExtraHeaders[jose.HeaderType].(string)
	if err := token.UnsafeClaimsWithoutVerification(unverified); err != nil || !isText && header.ExtraHeaders[jose.HeaderType] != nil {
		return nil, refuse(errMalformed)
	}
	if err := check(&header, typ, unverified); err != nil {
		return nil, refuse(err)
	}
	keys, err := p.keys.find(ctx, header.KeyID, header.Algorithm)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, refuse(errKey)
	}
	for _, key := range keys {
		verified := new(claims)
		if token.Claims(key.Key, verified) == nil {
			return verified, nil
		}
	}
	return nil, refuse(errSignature)
}

func refuse(why error) error { return fmt.Errorf("%w: %w", web.ErrUnknownCaller, why) }
