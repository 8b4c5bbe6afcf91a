package oidc

import "errors"

// SignInSettings name the service as a client of the provider. Without an id, nobody signs in there.
type SignInSettings struct {
	ClientID     string `name:"oidc-client-id" help:"Id of this service as a client of the provider. With it, people sign in there."`
	ClientSecret string `name:"oidc-client-secret" secret:"all" help:"Secret of that client. A public client has none: its codes are protected by PKCE alone."`
}

// check calls problem with the name of each setting that is missing.
func (s *SignInSettings) check(issuer string, problem func(name string, err error)) {
	if s.ClientID != "" && issuer == "" {
		problem("OIDC_ISSUER", errors.New("is missing: OIDC_CLIENT_ID has no effect without it"))
	}
	if s.ClientSecret != "" && s.ClientID == "" {
		problem("OIDC_CLIENT_ID", errors.New("is missing: OIDC_CLIENT_SECRET has no effect without it"))
	}
}
