package oidc

import (
	"errors"
	"net/url"
	"strconv"
)

// Settings name the provider. Without an issuer there is none.
type Settings struct {
	Issuer   string `name:"oidc-issuer" help:"URL of an OpenID provider, exactly as it writes it. Its access tokens (JWT) say who a caller is."`
	Audience string `name:"oidc-audience" help:"Name of this service at the provider. It is the aud of the access tokens that are meant for it."`

	SignIn SignInSettings `embed:""` // feature: sessions
}

// IsSet reports whether there is a provider.
func (s *Settings) IsSet() bool { return s.Issuer != "" }

// Check calls problem with the name of each invalid setting. Errors hold no secrets.
func (s *Settings) Check(problem func(name string, err error)) {
	if s.Issuer != "" && !isIssuer(s.Issuer) {
		problem("OIDC_ISSUER", errors.New("must be a URL like https://login.example.org/realm, without a user, a query or a fragment"))
	}
	switch {
	case s.Issuer != "" && s.Audience == "":
		problem("OIDC_AUDIENCE", errors.New("is missing: without it, the service would accept what the provider issues for others"))
	case s.Issuer == "" && s.Audience != "":
		problem("OIDC_ISSUER", errors.New("is missing: OIDC_AUDIENCE has no effect without it"))
	}
	s.SignIn.check(s.Issuer, problem) // feature: sessions
}

// isIssuer reports whether a text can be an issuer (OpenID Connect Discovery 1.0, section 2). Plain
// HTTP is for development.
func isIssuer(text string) bool {
	u, err := url.Parse(text)
	if err == nil && u.Port() != "" {
		_, err = strconv.ParseUint(u.Port(), 10, 16)
	}
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// DiscoveryURL returns where the provider describes itself (section 4.1), or "" if there is none.
func (s *Settings) DiscoveryURL() string {
	if !s.IsSet() {
		return ""
	}
	issuer := s.Issuer
	if issuer[len(issuer)-1] == '/' {
		issuer = issuer[:len(issuer)-1]
	}
	return issuer + "/.well-known/openid-configuration"
}
