package middleware_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/web"
)

// infoOf returns the Info of a request that comes from peer with these headers, and its
// line in the log.
func infoOf(peer string, headers http.Header, trusted ...string) (info web.Info, line string) {
	var networks []netip.Prefix
	for _, network := range trusted {
		networks = append(networks, netip.MustParsePrefix(network))
	}
	r := httptest.NewRequest("GET", "http://app.internal/", nil)
	r.RemoteAddr, r.Header = peer, headers
	var output bytes.Buffer
	log := slog.New(logging.New(&output, logging.JSON, false, slog.LevelInfo))
	web.Chain(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { info = *web.InfoFrom(r.Context()) }),
		middleware.RequestInfo(networks), middleware.AccessLog(log, health.IsProbe)).ServeHTTP(httptest.NewRecorder(), r)
	return info, output.String()
}

func TestClientIsTheLastAddressThatIsNotATrustedProxy(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 50<<10)
	for _, tt := range []struct{ name, lines, want string }{
		{"empty", "", "10.0.0.1"},
		{"nginx, HAProxy, Traefik, Envoy", "203.0.113.9", "203.0.113.9"},
		{"AWS, with an address that the client sent", "6.6.6.6, 203.0.113.9", "203.0.113.9"},
		{"Google Cloud, with its own address last", "6.6.6.6,203.0.113.9,10.0.0.3", "203.0.113.9"},
		{"Azure's Application Gateway, with a port", "203.0.113.9:51008", "203.0.113.9"},
		{"Azure, IPv6 with a port", "[2001:db8::9]:51008", "2001:db8::9"},
		{"AWS, with the port of the client", "[2001:DB8:0::9]:51008, 10.0.0.3:443", "2001:db8::9"},
		{"Cloudflare", "203.0.113.9,10.4.4.4", "203.0.113.9"},
		{"IPv6 in brackets", "[2001:db8::9]", "2001:db8::9"},
		{"a zone", "fe80::1%eth0", "fe80::1"},
		{"a zone in brackets", "[fe80::1%eth0]:80", "fe80::1"},
		{"a zone of 50 KB", "fe80::1%" + long, "fe80::1"},
		{"IPv4 in IPv6", "::ffff:6.6.6.6", "6.6.6.6"},
		{"IPv4 in IPv6 of a trusted proxy", "6.6.6.6, ::ffff:10.0.0.7", "6.6.6.6"},
		{"a proxy with a zone", "6.6.6.6, fd00::1%eth0", "6.6.6.6"},
		{"several lines", "6.6.6.6\n203.0.113.9\n10.0.0.3", "203.0.113.9"},
		{"empty elements", " ,203.0.113.9, ,10.0.0.3,,\n\n,", "203.0.113.9"},
		{"only proxies", "10.0.0.9, 10.0.0.3", "10.0.0.9"},
		{"garbage", long, "10.0.0.1"},
		{"garbage behind a proxy", "203.0.113.9, unknown, 10.0.0.3", "10.0.0.3"},
		{"garbage that the client sent", long + ", 203.0.113.9", "203.0.113.9"},
		{"too many proxies", "6.6.6.6" + strings.Repeat(",10.0.0.3", 1000), "10.0.0.3"},
		{"a port out of range", "203.0.113.9:99999", "10.0.0.1"},
		{"a port that is a word", "[2001:db8::9]:http", "10.0.0.1"},
		{"no port after the colon", "203.0.113.9:", "10.0.0.1"},
		{"an open bracket", "[2001:db8::9", "10.0.0.1"},
		{"text after a bracket", "[2001:db8::9]80", "10.0.0.1"},
		{"RFC 7239's unknown", "_hidden", "10.0.0.1"},
	} {
		header := http.Header{"X-Forwarded-For": strings.Split(tt.lines, "\n")}
		info, line := infoOf("10.0.0.1:1234", header, "10.0.0.0/8", "fd00::/8")
		if info.Client != tt.want || len(line) > 500 {
			t.Errorf("%s: the client is %.50q, want %s, in a line of %d bytes", tt.name, info.Client, tt.want, len(line))
		}
		if info, _ := infoOf("192.0.2.1:1234", header, "10.0.0.0/8"); info.Client != "192.0.2.1" {
			t.Errorf("%s: an untrusted peer is trusted: the client is %.50q", tt.name, info.Client)
		}
	}
}

func TestProxyIsTrustedInEachFormOfItsAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ peer, trusted, want string }{
		{"10.0.0.1:1", "10.0.0.0/8", "203.0.113.9"},
		{"[::ffff:10.0.0.1]:1", "10.0.0.0/8", "203.0.113.9"},
		{"10.0.0.1:1", "::ffff:10.0.0.0/104", "203.0.113.9"},
		{"[fe80::1%eth0]:1", "fe80::/10", "203.0.113.9"},
		{"[::ffff:10.0.0.1]:1", "192.0.2.0/24", "10.0.0.1"},
		{"[fe80::1%eth0]:1", "192.0.2.0/24", "fe80::1"},
		{"10.0.0.1:1", "::/0", "10.0.0.1"},
		{"@", "0.0.0.0/0", ""}, // a Unix socket
	} {
		info, _ := infoOf(tt.peer, http.Header{"X-Forwarded-For": {"203.0.113.9"}}, tt.trusted)
		if info.Client != tt.want {
			t.Errorf("%s of %s: the client is %q, want %q", tt.peer, tt.trusted, info.Client, tt.want)
		}
	}
}

func TestLinksUseTheForwardedSchemeAndHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ proto, host, want string }{
		{"", "", "http://app.internal"},
		{"https", "", "https://app.internal"},
		{"HTTPS", "shop.test", "https://shop.test"},
		{"https,https", "shop.test", "https://shop.test"},
		{"https, http", "shop.test, app.internal", "https://shop.test"},
		{"http\nhttps", "shop.test\napp.internal", "http://shop.test"},
		{" , https", ",shop.test", "https://shop.test"},
		{"wss", "shop.test", "https://shop.test"},
		{"ws", "SHOP.test:8080", "http://shop.test:8080"},
		{"https", "shop.test:443", "https://shop.test"},
		{"http", "shop.test:443", "http://shop.test:443"},
		{"http", "shop.test:80", "http://shop.test"},
		{"https", "[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"},
		{"https", "[2001:db8::1]", "https://[2001:db8::1]"},
		// Malformed values are ignored.
		{"ftp", "shop.test", "http://shop.test"},
		{"https;http", "shop.test", "http://shop.test"},
		{"javascript", "shop.test/x", "http://app.internal"},
		{"https", "user@shop.test", "https://app.internal"},
		{"https", "shop.test:http", "https://app.internal"},
		{"https", "shop test", "https://app.internal"},
		{"https", "sh\u202eop.test", "https://app.internal"},
		{"https", ":443", "https://app.internal"},
		{"https", "[fe80::1%25eth0]", "https://app.internal"},
		{"https", strings.Repeat("a", 50<<10), "https://app.internal"},
		{strings.Repeat("https", 10<<10), "", "http://app.internal"},
	} {
		header := http.Header{"X-Forwarded-Proto": strings.Split(tt.proto, "\n"), "X-Forwarded-Host": strings.Split(tt.host, "\n")}
		info, _ := infoOf("10.0.0.1:1234", header, "10.0.0.0/8")
		if info.BaseURL != tt.want || info.Secure != strings.HasPrefix(tt.want, "https:") || !strings.HasSuffix(info.BaseURL, "://"+info.Host) {
			t.Errorf("%.50q, %.50q: %.80q, host %.50q, secure %v, want %s", tt.proto, tt.host, info.BaseURL, info.Host, info.Secure, tt.want)
		}
		if info, _ := infoOf("192.0.2.1:1234", header, "10.0.0.0/8"); info.BaseURL != "http://app.internal" {
			t.Errorf("%.50q, %.50q: an untrusted peer is trusted: %q", tt.proto, tt.host, info.BaseURL)
		}
	}
}

func FuzzForwardedHeaders(f *testing.F) {
	f.Add("6.6.6.6, [2001:db8::9]:1, fe80::1%eth0", "https, http", "shop.test:443, app", "10.0.0.1:1")
	f.Add("::ffff:10.0.0.1,,x\n\n,", "HTTPS", "[::1]:80", "[fe80::1%eth0]:1")
	f.Fuzz(func(t *testing.T, client, proto, host, peer string) {
		header := http.Header{
			"X-Forwarded-For": strings.Split(client, "\n"), "X-Forwarded-Proto": strings.Split(proto, "\n"), "X-Forwarded-Host": strings.Split(host, "\n"),
		}
		for _, trusted := range [][]string{nil, {"10.0.0.0/8"}, {"0.0.0.0/0", "::/0"}} {
			info, _ := infoOf(peer, header, trusted...)
			addr, err := netip.ParseAddr(info.Client)
			if sent, errPeer := netip.ParseAddrPort(peer); errPeer == nil && sent.String() == peer && (err != nil || addr.Zone() != "" || addr.Is4In6() || addr.String() != info.Client) {
				t.Errorf("%q, %q: the client is %q", client, peer, info.Client)
			}
			u, err := url.Parse(info.BaseURL)
			if err != nil || u.Host != info.Host || u.Path != "" || u.User != nil || len(info.Host) > 300 || !utf8.ValidString(info.Host) ||
				(u.Scheme == "https") != info.Secure || u.Scheme != "https" && u.Scheme != "http" {
				t.Errorf("%q, %q: %q, host %q", proto, host, info.BaseURL, info.Host)
			}
		}
	})
}

func BenchmarkRequestInfo(b *testing.B) {
	networks := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, headers := range map[string]http.Header{
		"nothing forwarded": {},
		"honest":            {"X-Forwarded-For": {"203.0.113.9"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"shop.test"}},
		"60 KB of proxies":  {"X-Forwarded-For": {strings.Repeat(",10.0.0.3", 6600)}},
		"60 KB of commas":   {"X-Forwarded-For": {strings.Repeat(",", 60<<10)}, "X-Forwarded-Proto": {strings.Repeat(",", 60<<10)}},
	} {
		b.Run(name, func(b *testing.B) {
			h := middleware.RequestInfo(networks)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			r := httptest.NewRequest("GET", "http://app.internal/", nil)
			r.RemoteAddr, r.Header = "10.0.0.1:1234", headers
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
}
