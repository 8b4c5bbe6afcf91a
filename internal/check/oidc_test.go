package check_test

import (
	"context"
	"net/http"
	"testing"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/oidc"
	"example.com/templatesite/internal/oidctest"
)

func init() {
	issuer := func(url string) func(*testing.T, *check.Subject) {
		return having(check.Provider{Issuer: url, Reach: func(context.Context) error { return nil }})
	}
	asking := func(change func(*oidctest.Provider) (issuer string)) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			settings := oidc.Settings{Issuer: change(oidctest.New(t)), Audience: oidctest.Audience}
			having(check.Provider{Issuer: settings.Issuer, Reach: settings.Probe})(t, s)
		}
	}
	answers := asking(func(p *oidctest.Provider) string { return p.Issuer })
	cases = append(cases,
		tested{"oidc.issuer-plain-http", issuer("http://login.invalid"), issuer("https://login.invalid")},
		tested{"oidc.issuer-plain-http", issuer("http://10.0.0.7:8080/realm"), issuer("http://127.0.0.1:8080/realm")},
		tested{"oidc.issuer-unreachable", asking(func(*oidctest.Provider) string { return "http://127.0.0.1:1" }), answers},
		tested{"oidc.issuer-unreachable", asking(func(p *oidctest.Provider) string { return p.Issuer + "/" }), answers},
		tested{"oidc.issuer-unreachable", asking(func(p *oidctest.Provider) string {
			p.Away(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
			return p.Issuer
		}), answers},
	)
}
