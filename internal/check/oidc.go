package check

import (
	"context"
	"net/url"
)

// Provider issues access tokens that the service accepts.
type Provider struct {
	// Issuer is its URL, or "" if there is none.
	Issuer string
	// Reach asks it for its keys, and returns why there are none.
	Reach func(context.Context) error
}

// Checks returns what can be wrong with the provider.
func (p Provider) Checks() []Check {
	return []Check{
		{"oidc.issuer-unreachable", Error, Always, "Start the identity provider, or correct OIDC_ISSUER: without its keys, nobody with its tokens gets in.", p.unreachable},
		{"oidc.issuer-plain-http", Error, Always, "Use https:// in OIDC_ISSUER: whoever is on the way can replace the keys, and be anybody.", p.plain},
	}
}

func (p Provider) unreachable(ctx context.Context, _ *Subject) (string, error) {
	if p.Issuer == "" {
		return "", errDoesNotApply
	}
	if err := p.Reach(ctx); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func (p Provider) plain(context.Context, *Subject) (string, error) {
	if p.Issuer == "" {
		return "", errDoesNotApply
	}
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return "", err
	}
	return when(u.Scheme == "http" && !isLocal(u.Hostname()), "the keys come from %s without encryption", u.Host), nil
}
