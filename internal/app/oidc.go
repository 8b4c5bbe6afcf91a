package app

import (
	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/oidc"
	"example.com/templatesite/internal/web"
)

// provider knows the access tokens of the OpenID provider. It has none if the settings name none.
type provider struct{ *oidc.Provider }

// openProvider makes the provider one of the parts, if the settings name one, and returns what ends it.
func (p *program) openProvider(s *parts) (end func()) {
	if !p.config.OIDC.IsSet() {
		return func() {}
	}
	s.provider = provider{oidc.Open(p.config.OIDC, s.log)}
	return s.provider.Close
}

// addProvider adds to the description where clients get a token of the provider.
func (p *program) addProvider(schemes map[string]*huma.SecurityScheme) {
	if p.config.OIDC.IsSet() {
		schemes["openid"] = &huma.SecurityScheme{
			Type: "openIdConnect", OpenIDConnectURL: p.config.OIDC.DiscoveryURL(),
			Description: "An access token of this provider, sent as a bearer token (RFC 9068).",
		}
	}
}

func (p provider) identify() []web.Identify {
	if p.Provider == nil {
		return nil
	}
	return []web.Identify{p.Identify}
}
