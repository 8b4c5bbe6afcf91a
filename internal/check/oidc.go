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

var providerChecks = []Check{
	{"oidc.issuer-unreachable", Error, Always, "Start the identity provider, or correct OIDC_ISSUER: without its keys, nobody with its tokens gets in.", unreachableProvider},
	{"oidc.issuer-plain-http", Error, Always, "Use https:// in OIDC_ISSUER: whoever is on the way can replace the keys, and be anybody.", plainProvider},
}

func unreachableProvider(ctx context.Context, s *Subject) (string, error) {
	if s.Provider.Issuer == "" {
		return "", errDoesNotApply
	}
	if err := s.Provider.Reach(ctx); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func plainProvider(_ context.Context, s *Subject) (string, error) {
	if s.Provider.Issuer == "" {
		return "", errDoesNotApply
	}
	u, err := url.Parse(s.Provider.Issuer)
	if err != nil {
		return "", err
	}
	return when(u.Scheme == "http" && !isLocal(u.Hostname()), "the keys come from %s without encryption", u.Host), nil
}
