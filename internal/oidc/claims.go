package oidc

import (
	"cmp"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/templatesite/internal/web"
)

const (
	// skew is how far the clocks of the provider and of this machine may differ.
	skew = 30 * time.Second
	// maxSubject is the limit of OpenID Connect Core 1.0, section 2, and maxName is ours, for the log.
	maxSubject = 255
	maxName    = 100
)

// CallerPrefix is what the IDs of callers begin with.
const CallerPrefix = "oidc:"

// claims are what an access token says (RFC 9068, section 2.2), as far as it matters here.
type claims struct {
	jwt.Claims
	// Providers write the scopes as one text or as a list, which this type reads both.
	Scope jwt.Audience `json:"scope"`
	Scp   jwt.Audience `json:"scp"`

	ClientID string `json:"client_id"`
	Party    string `json:"azp"`
	Username string `json:"preferred_username"`

	// Only ID tokens have these.
	Nonce      any `json:"nonce"`
	AccessHash any `json:"at_hash"`
	CodeHash   any `json:"c_hash"`
}

// The reasons for which tokens are refused. They are logged, so they hold nothing of a token.
var (
	errMalformed = errors.New("it is malformed, or not signed by an accepted algorithm")
	errKind      = errors.New("it is a token of another kind, not an access token")
	errLasting   = errors.New("it does not say when it expires")
	errSubject   = errors.New("its subject is missing, or no text of 1 to 255 visible characters")
	errKey       = errors.New("the provider has no such key")
	errSignature = errors.New("its signature is wrong")
)

// check returns why a token of that issuer for that audience is not valid at that time.
func (c *claims) check(issuer, audience string, now time.Time) error {
	if c.Expiry == nil {
		return errLasting
	}
	if len(c.Subject) == 0 || len(c.Subject) > maxSubject || strings.ContainsFunc(c.Subject, isHidden) {
		return errSubject
	}
	expected := jwt.Expected{Issuer: issuer, AnyAudience: jwt.Audience{audience}, Time: now}
	return c.ValidateWithLeeway(expected, skew)
}

// isAccess reports whether the token is an access token. RFC 9068, section 4, has a type for these. Of
// many providers they have the type of every JWT, or none: then scopes tell them from ID tokens,
// which also have claims of their own.
func (c *claims) isAccess(typ string) bool {
	switch strings.TrimPrefix(strings.ToLower(typ), "application/") {
	case "at+jwt":
		return true
	case "jwt", "":
		return len(c.scopes()) > 0 && c.Nonce == nil && c.AccessHash == nil && c.CodeHash == nil
	}
	return false
}

func (c *claims) scopes() []string {
	return strings.Fields(strings.Join(append(c.Scope, c.Scp...), " "))
}

// caller returns who has sent the token. An issuer has no fragment, so its URL with one names a subject
// among those of all providers.
func (c *claims) caller() *web.Caller {
	name := []rune(cmp.Or(c.Username, c.ClientID, c.Party, c.Subject))
	for i := range name {
		if isHidden(name[i]) {
			name[i] = '?'
		}
	}
	return &web.Caller{
		ID: CallerPrefix + c.Subject, Name: string(name[:min(len(name), maxName)]),
		Owner: c.Issuer + "#" + c.Subject, Scopes: c.scopes(),
	}
}

func isHidden(r rune) bool { return !unicode.IsPrint(r) }
