package oidc

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"example.com/templatesite/internal/web"
)

const (
	// maxAttempt is how long people may take at the provider.
	maxAttempt = 10 * time.Minute
	// maxTo leaves room in a cookie, which has 4096 bytes.
	maxTo = 2 << 10
)

// attempt is what a browser keeps while somebody signs in at the provider. Another one replaces it.
type attempt struct {
	// state, nonce and verifier are secrets, the hashes or copies of which go to the provider and come
	// back: in the address, in the ID token, and with the code.
	state, nonce, verifier string
	// to is where signing in leads. It is checked when it comes back.
	to string
}

// cleared is no attempt: its cookie is cleared.
var cleared = new(attempt)

func newAttempt(to string) *attempt {
	if len(to) > maxTo {
		to = ""
	}
	return &attempt{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), to}
}

// attemptCookie returns the name of the cookie. As for that of a session, only HTTPS allows the prefix.
func attemptCookie(ctx context.Context) string {
	if web.InfoFrom(ctx).Secure {
		return "__Host-sign-in"
	}
	return "sign-in"
}

// cookie returns the cookie with the attempt, or one that clears it.
func (a *attempt) cookie(ctx context.Context) *http.Cookie {
	c := &http.Cookie{
		Name: attemptCookie(ctx), Path: "/", MaxAge: -1,
		Secure: web.InfoFrom(ctx).Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if a != cleared {
		c.Value = strings.Join([]string{a.state, a.nonce, a.verifier, base64.RawURLEncoding.EncodeToString([]byte(a.to))}, ".")
		c.MaxAge = int(maxAttempt / time.Second)
	}
	return c
}

// attemptOf returns the attempt in the cookie of r, or nil.
func attemptOf(r *http.Request) *attempt {
	c, err := r.Cookie(attemptCookie(r.Context()))
	if err != nil {
		return nil
	}
	parts := strings.Split(c.Value, ".")
	if len(parts) != 4 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return nil
	}
	to, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return nil
	}
	return &attempt{parts[0], parts[1], parts[2], web.LocalPath(string(to))}
}
