package check_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"example.com/templatesite/internal/check"
)

func init() {
	for _, c := range []struct {
		id           string
		wrong, right check.Subject
	}{
		{"settings.misspelt", check.Subject{Misspelt: []string{`"ALLOWED_HOST" looks like a misspelt ALLOWED_HOSTS`}}, check.Subject{}},
		{"settings.silences", check.Subject{Silences: check.Silences{{ID: "no.such", Reason: "x"}}}, check.Subject{Silences: check.Silences{{ID: "hosts.any", Reason: "x"}}}},
		{"secrets.exposed", check.Subject{Exposed: []string{"DATABASE_URL"}}, check.Subject{}},
		{"authentication.off", check.Subject{Authentication: "off"}, check.Subject{Authentication: "write"}},
		{"hosts.any", check.Subject{Hosts: []string{"example.org", "*"}}, check.Subject{Hosts: []string{"example.org"}}},
		{"hosts.local", check.Subject{Hosts: []string{"localhost", "127.0.0.1", "::1", "app.localhost"}}, check.Subject{Hosts: []string{"localhost", "example.org"}}},
		{"proxies.any", proxies("0.0.0.0/0"), proxies("10.0.0.0/8")},
		{"proxies.any", proxies("::/0"), proxies("fd00::/16")},
		{"proxies.any", proxies("192.0.2.1/32", "128.0.0.0/1"), proxies("::1/128", "127.0.0.0/8")},
		{"proxies.wide", proxies("10.0.0.0/8"), proxies("172.16.0.0/12", "192.0.2.1/32")},
		{"proxies.wide", proxies("fd00::/16"), proxies("fd12:3456:789a::/48", "127.0.0.0/8", "0.0.0.0/0")}, // the last is proxies.any
		{"proxies.none", check.Subject{}, proxies("192.0.2.1/32")},
		{"log.debug", check.Subject{LogLevel: slog.LevelDebug}, check.Subject{LogLevel: slog.LevelInfo}},
		{"timeout.long", check.Subject{RequestTimeout: 61 * time.Second}, check.Subject{RequestTimeout: time.Minute}},
		{"version.unknown", check.Subject{Version: "dev", Commit: "1234567"}, check.Subject{Version: "v1.0.0", Commit: "1234567"}},
		{"version.unknown", check.Subject{Version: "v1.0.0", Commit: "unknown"}, check.Subject{Version: "v1.0.0", Commit: "1234567"}},
	} {
		cases = append(cases, tested{c.id, settings(c.wrong), settings(c.right)})
	}
	cases = append(cases,
		tested{"https.unseen", keep, seenHTTPS},
		tested{"https.unseen", func(t *testing.T, s *check.Subject) {
			seenHTTPS(t, s)
			s.Authorities = x509.NewCertPool() // nobody vouches for the certificate
		}, seenHTTPS},
		tested{"https.unknown", linking("http://"), linking("https://")},
	)
}

// settings returns a change that replaces the settings of a subject.
func settings(from check.Subject) func(*testing.T, *check.Subject) {
	return func(_ *testing.T, s *check.Subject) {
		s.Misspelt, s.Silences, s.Exposed, s.Hosts, s.Proxies = from.Misspelt, from.Silences, from.Exposed, from.Hosts, from.Proxies
		s.Authentication = from.Authentication
		s.LogLevel, s.RequestTimeout, s.Version, s.Commit = from.LogLevel, from.RequestTimeout, from.Version, from.Commit
	}
}

func proxies(networks ...string) (s check.Subject) {
	for _, network := range networks {
		s.Proxies = append(s.Proxies, netip.MustParsePrefix(network))
	}
	return s
}

// seenHTTPS starts a proxy that ends HTTPS.
func seenHTTPS(t *testing.T, s *check.Subject) { linking("https://")(t, s) }

// linking starts a proxy that ends HTTPS, and a service behind it whose links begin with a scheme.
func linking(scheme string) func(*testing.T, *check.Subject) {
	return func(t *testing.T, s *check.Subject) {
		endHTTPS(t, s, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"livez":"%s%s/livez"}`, scheme, r.Host)
		})
	}
}

func endHTTPS(t *testing.T, s *check.Subject, h http.HandlerFunc) {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // clients that hang up
	server.StartTLS()
	t.Cleanup(server.Close)
	s.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	s.Hosts = []string{"server", ".example.org", "127.0.0.1", server.Certificate().DNSNames[0]}
	s.Authorities = x509.NewCertPool()
	s.Authorities.AddCert(server.Certificate())
}
