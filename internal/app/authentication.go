package app

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// identify returns what can tell who a caller is, in the order in which it is asked.
func (p *program) identify(s parts) []web.Identify {
	var all []web.Identify
	all = append(all, p.service.identifyToken(s.db.DB)...) // feature: tokens
	all = append(all, s.provider.identify()...)            // feature: oidc
	return all
}

// schemes says where clients get a credential, besides those that the service issues.
func (p *program) schemes() map[string]*huma.SecurityScheme {
	all := map[string]*huma.SecurityScheme{}
	p.addProvider(all) // feature: oidc
	return all
}

// canIdentify reports whether anything can tell who a caller is.
func (c *config) canIdentify(service Service) bool {
	var ways []bool
	ways = append(ways, service.Tokens) // feature: tokens
	ways = append(ways, c.OIDC.IsSet()) // feature: oidc
	return slices.Contains(ways, true)
}
