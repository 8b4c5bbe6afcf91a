package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/oidctest"
)

// byProvider returns the settings of a service that asks everyone for a token of the provider.
func byProvider(p *oidctest.Provider, env map[string]string) map[string]string {
	all := map[string]string{"AUTHENTICATION": "all", "OIDC_ISSUER": p.Issuer, "OIDC_AUDIENCE": oidctest.Audience}
	maps.Copy(all, env)
	return all
}

// withProvider runs test on a service with a provider, once for each other way to tell callers apart.
func withProvider(t *testing.T, test func(t *testing.T, s *service, p *oidctest.Provider)) {
	t.Helper()
	services := map[string]Service{"alone": testService}
	services["beside tokens"] = tokenService() // feature: tokens
	for name, what := range services {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := oidctest.New(t)
			test(t, startServiceOf(t, what, byProvider(p, nil)), p)
		})
	}
}

func bearing(token string) (header string) { return "Authorization: Bearer " + token }

func TestAccessTokenOfTheProviderMayDoWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		reader, writer := bearing(p.Issue("read")), bearing(p.Issue("openid", "book:write"))
		for _, tt := range []struct {
			header, method, path, body string
			want                       int
		}{
			{"", "GET", "/book/1", "", 401},
			{reader, "GET", "/book/1", "", 200},
			{reader, "OPTIONS", "/book/", "", 200},
			{reader, "POST", "/book/", validBook, 403},
			{writer, "POST", "/book/", validBook, 201},
			{writer, "GET", "/book/1", "", 403},
			{writer, "POST", "/shelf/", `{"name":"new","room":"new"}`, 403},
			{"", "GET", "/", "", 200},
			{"", "GET", "/livez", "", 200},
		} {
			if got := s.Do(tt.method, tt.path, tt.body, tt.header); got.Status != tt.want {
				t.Errorf("%.30q %s %s = %d %s, want %d", tt.header, tt.method, tt.path, got.Status, got.Body, tt.want)
			}
		}
		if n := p.Fetches(); n != 1 {
			t.Errorf("the provider was asked %d times for its keys", n)
		}
	})
}

func TestAccessTokenWorksOnEveryEngine(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		p := oidctest.New(t)
		startServiceOf(t, testService, byProvider(p, env)).Want(http.StatusCreated, "POST", "/book/", validBook, bearing(p.Issue("write")))
	})
}

func TestEveryAcceptedAlgorithmWorks(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, _ *service, p *oidctest.Provider) {
		for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA} {
			p.Rotate(algorithm, false)
			s := startService(t, byProvider(p, nil))
			if got := s.Do("GET", "/book/1", "", bearing(p.Issue("read"))); got.Status != http.StatusOK {
				t.Errorf("%s: %d %s", algorithm, got.Status, got.Body)
			}
		}
	})
}

func TestScopesAreReadInEveryFormThatProvidersWrite(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		at := map[string]any{"typ": "at+jwt"}
		none := p.Claims().With("scope", nil)
		for _, tt := range []struct {
			claims oidctest.Claims
			want   int
		}{
			{none.With("scope", "openid read"), 200},
			{none.With("scope", []string{"openid", "read"}), 200},
			{none.With("scp", "profile read"), 200},
			{none.With("scp", []string{"read"}), 200},
			{none.With("scope", "openid").With("scp", []string{"book:read"}), 200},
			{none.With("scope", "openid").With("scp", []string{"shelf:read"}), 403},
			{none.With("scope", "READ read: read,write"), 403},
			{none, 403},
			{none.With("scope", map[string]bool{"read": true}), 401},
			{none.With("scope", 7), 401},
		} {
			if got := s.Do("GET", "/book/1", "", bearing(p.Sign(tt.claims, at))); got.Status != tt.want {
				t.Errorf("%v = %d %s, want %d", tt.claims, got.Status, got.Body, tt.want)
			}
		}
	})
}

func TestCallerOfTheProviderIsLoggedAndTheTokenIsNot(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		claims := p.Claims().With("secret", marker).With("jti", marker)
		tokens := map[string]string{
			"program": p.Sign(claims, nil),
			"person":  p.Sign(claims.With("preferred_username", "Al\n"+strings.Repeat("i", 200)), nil),
			"wrong":   p.Sign(claims.With("aud", marker), map[string]any{"typ": marker}),
			"alg":     oidctest.Sign(t, jose.HS256, []byte(strings.Repeat("x", 32)), marker, claims, nil),
		}
		names := map[string]any{"program": "shop", "person": "Al?" + strings.Repeat("i", 97)}
		for id, token := range tokens {
			status := s.Do("GET", "/book/1", "", bearing(token), "X-Request-ID: "+id).Status
			record := s.record("request", func(r map[string]any) bool { return r["request_id"] == id })
			if name, valid := names[id]; valid && (status != 200 || record["caller"] != "oidc:alice" || record["caller_name"] != name) {
				t.Errorf("%s: %d, and the log has %v", id, status, record)
			} else if !valid && (status != 401 || record["caller"] != nil || record["error"] == "") {
				t.Errorf("%s: %d, and the log has %v", id, status, record)
			}
		}
		p.Away(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, marker, http.StatusInternalServerError) })
		s.Do("GET", "/book/1", "", bearing(p.Sign(claims, map[string]any{"kid": marker})))
		s.exit()
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, record := range s.records {
			text := fmt.Sprint(record)
			for id, token := range tokens {
				if parts := strings.Split(token, "."); strings.Contains(text, marker) || strings.Contains(text, parts[1]) || strings.Contains(text, parts[2]) {
					t.Errorf("%s: the log has %s", id, text)
				}
			}
		}
	})
}

func TestProviderIsDescribedWhereItIsAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ mode, issuer, url, security string }{
		{"all", "https://login.example.org/realm", "https://login.example.org/realm/.well-known/openid-configuration", "[map[bearer:[book:read]] map[openid:[book:read]]]"},
		{"write", "https://login.example.org/", "https://login.example.org/.well-known/openid-configuration", "[map[] map[bearer:[book:read]] map[openid:[book:read]]]"},
		{"off", "https://login.example.org/realm", "", "[]"},
	} {
		env := map[string]string{"AUTHENTICATION": tt.mode, "OIDC_ISSUER": tt.issuer, "OIDC_AUDIENCE": "me"}
		status, stdout, stderr := command(t, env, "", "openapi")
		var d struct {
			Paths map[string]map[string]struct {
				Security []map[string][]string
			}
			Components struct {
				SecuritySchemes map[string]struct{ Type, OpenIDConnectURL string }
			}
		}
		if err := json.Unmarshal([]byte(stdout), &d); err != nil || status != 0 {
			t.Fatalf("%d %v: %s", status, err, stderr)
		}
		scheme := d.Components.SecuritySchemes["openid"]
		if got := fmt.Sprint(d.Paths["/book/"]["get"].Security); got != tt.security || scheme.OpenIDConnectURL != tt.url || tt.url != "" && scheme.Type != "openIdConnect" {
			t.Errorf("%s: security %s, scheme %+v", tt.mode, got, scheme)
		}
		if open := d.Paths["/livez"]["get"].Security; len(open) != 0 {
			t.Errorf("%s: /livez needs %v", tt.mode, open)
		}
	}
}

func TestProviderWithoutAnAudienceIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ issuer, audience, want string }{
		{"https://login.example.org", "", "OIDC_AUDIENCE is missing"},
		{"", "me", "OIDC_ISSUER is missing"},
		{"login.example.org", "me", "OIDC_ISSUER must be"},
		{"https://", "me", "OIDC_ISSUER must be"},
		{"ftp://login.example.org", "me", "OIDC_ISSUER must be"},
		{"https://login.example.org:99999", "me", "OIDC_ISSUER must be"},
		{"https://login.example.org?realm=" + marker, "me", "OIDC_ISSUER must be"},
		{"https://login.example.org#" + marker, "me", "OIDC_ISSUER must be"},
		{"https://me:" + marker + "@login.example.org", "me", "OIDC_ISSUER must be"},
	} {
		env := map[string]string{"OIDC_ISSUER": tt.issuer, "OIDC_AUDIENCE": tt.audience}
		for _, name := range []string{"settings", "serve", "check"} {
			if status, stdout, stderr := command(t, env, "", name); status != 2 || !strings.Contains(stderr, tt.want) || strings.Contains(stdout+stderr, marker) {
				t.Errorf("%v: app %s = %d: %s", env, name, status, stderr)
			}
		}
	}
	hideURLs(t, "OIDC_ISSUER")
	values, _ := listed(t, map[string]string{"AUTHENTICATION": "all", "OIDC_ISSUER": "https://login.example.org/", "OIDC_AUDIENCE": "me"})
	if values["OIDC_ISSUER"] != "https://login.example.org/" || values["OIDC_AUDIENCE"] != "me" {
		t.Errorf("listed are %v", values)
	}
}
