package check

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// maxIndex is how many bytes of the index of the service are read: more than it has.
const maxIndex = 1 << 20

var settingChecks = []Check{
	{"settings.misspelt", Warning, Always, "Correct the name of the variable, or remove it.", plain(misspelt)},
	{"settings.silences", Warning, Always, "Write SILENCED_CHECKS as ID=REASON;ID=REASON.", plain(wrongSilences)},
	{"secrets.exposed", Warning, Deploy, "Write the secret into a file and set X_FILE to its path: others see variables and arguments in inspections and crash reports.", plain(exposed)},
	{"authentication.off", Warning, Deploy, "Set AUTHENTICATION=write or all. If a proxy in front knows who calls, silence this check.", plain(noAuthentication)},
	{"hosts.any", Error, Always, "Set ALLOWED_HOSTS to the names that clients use: with any name, links in answers lead wherever a client says.", plain(anyHost)},
	{"hosts.local", Error, Deploy, "Set ALLOWED_HOSTS to the names that clients use; requests for other names are refused.", plain(onlyLocalHosts)},
	{"proxies.any", Error, Always, "Set TRUSTED_PROXIES to the networks of your proxies: a client in them chooses the address, the scheme and the host that the service believes.", plain(anyProxy)},
	{"proxies.wide", Warning, Deploy, "Set TRUSTED_PROXIES to the addresses of the proxies themselves: every other machine of these networks can pose as any client.", plain(wideProxy)},
	{"proxies.none", Warning, Deploy, "Set TRUSTED_PROXIES to the networks of the proxy that ends HTTPS: without it, every request counts as plain HTTP, and as the proxy's.", plain(noProxy)},
	{"https.unseen", Warning, Deploy, "Let a proxy serve HTTPS for the names in ALLOWED_HOSTS, with a valid certificate. If they cannot be reached from here, silence this check.", unseenHTTPS},
	{"https.unknown", Warning, Deploy, "Set TRUSTED_PROXIES to the proxy that ends HTTPS, and let it send X-Forwarded-Proto: the service takes these clients for plain HTTP, so its links begin with http:// and its cookies are not Secure.", unknownHTTPS},
	{"log.debug", Warning, Deploy, "Set LOG_LEVEL to info: debug shows more than operators need, and costs time.", plain(debugLevel)},
	{"timeout.long", Warning, Deploy, "Lower REQUEST_TIMEOUT: proxies give up after a minute, and the work would go on.", plain(longTimeout)},
	{"version.unknown", Info, Deploy, "Build with VERSION and COMMIT, or in a checkout of Git, so that logs and metrics say what runs.", plain(unknownVersion)},
}

func misspelt(s *Subject) string { return strings.Join(s.Misspelt, "; ") }

func exposed(s *Subject) string {
	return when(len(s.Exposed) > 0, "not in a file: %s", strings.Join(s.Exposed, ", "))
}

func noAuthentication(s *Subject) string {
	return when(s.Authentication == "off", "whoever reaches the service may change everything")
}

func anyHost(s *Subject) string {
	return when(slices.Contains(s.Hosts, "*"), "ALLOWED_HOSTS is *: the service answers under any name")
}

func onlyLocalHosts(s *Subject) string {
	return when(!slices.ContainsFunc(s.Hosts, func(host string) bool { return !isLocal(host) }), "ALLOWED_HOSTS has only names of this machine")
}

func isLocal(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// anyProxy is about networks with addresses of strangers. No proxy needs more than a /8 (IPv4) or a
// /16 (IPv6).
func anyProxy(s *Subject) string {
	return wider(s.Proxies, 8, 16)
}

// wideProxy is about networks in which there are more machines than proxies.
func wideProxy(s *Subject) string {
	return wider(slices.DeleteFunc(slices.Clone(s.Proxies), func(p netip.Prefix) bool { return wider([]netip.Prefix{p}, 8, 16) != "" }), 12, 32)
}

// wider names the networks with fewer bits than these.
func wider(networks []netip.Prefix, bits4, bits6 int) string {
	var wide []string
	for _, network := range networks {
		if bits := network.Bits(); !network.Addr().IsLoopback() && (network.Addr().Is4() && bits < bits4 || network.Addr().Is6() && bits < bits6) {
			wide = append(wide, network.String())
		}
	}
	return when(len(wide) > 0, "TRUSTED_PROXIES has %s", strings.Join(wide, ", "))
}

func noProxy(s *Subject) string {
	return when(len(s.Proxies) == 0, "TRUSTED_PROXIES is empty, so HTTPS is never seen")
}

func debugLevel(s *Subject) string {
	return when(s.LogLevel < slog.LevelInfo, "the level of the log is %s", strings.ToLower(s.LogLevel.String()))
}

func longTimeout(s *Subject) string {
	return when(s.RequestTimeout > time.Minute, "a request may take %v", s.RequestTimeout)
}

func unknownVersion(s *Subject) string {
	unknown := s.Version == "" || s.Version == "dev" || s.Version == "(devel)" || s.Commit == "" || s.Commit == "unknown"
	return when(unknown, "the program is version %s, commit %s", s.Version, s.Commit)
}

// unseenHTTPS connects to the names that clients use, as they do.
func unseenHTTPS(ctx context.Context, s *Subject) (string, error) {
	var wrong []string
	hosts := s.publicHosts()
	for _, host := range hosts {
		if err := s.shakeHands(ctx, host); err != nil {
			wrong = append(wrong, fmt.Sprintf("https://%s: %v", host, err))
		}
	}
	if len(hosts) == 0 {
		return "ALLOWED_HOSTS has no public name to ask for HTTPS", nil
	}
	return strings.Join(wrong, "; "), nil
}

// publicHosts returns the allowed hosts without names for machines inside, and without what is no name.
func (s *Subject) publicHosts() (all []string) {
	for _, host := range s.Hosts {
		if _, err := netip.ParseAddr(host); err != nil && !isLocal(host) && !strings.HasPrefix(host, ".") && strings.Contains(host, ".") {
			all = append(all, host)
		}
	}
	return all
}

func (s *Subject) shakeHands(ctx context.Context, host string) error {
	conn, err := s.Dial(ctx, "tcp", net.JoinHostPort(host, "443"))
	if err != nil {
		return err
	}
	defer conn.Close()
	return tls.Client(conn, &tls.Config{RootCAs: s.Authorities, ServerName: host}).HandshakeContext(ctx)
}

// unknownHTTPS asks for the index through the proxy. Its links have the scheme that the service believes
// in. Where there is no HTTPS, another check says so.
func unknownHTTPS(ctx context.Context, s *Subject) (string, error) {
	client := http.Client{Transport: &http.Transport{
		DialContext: s.Dial, TLSClientConfig: &tls.Config{RootCAs: s.Authorities}, DisableKeepAlives: true,
	}}
	var wrong []string
	for _, host := range s.publicHosts() {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/", http.NoBody)
		if err != nil {
			continue
		}
		request.Header.Set("Accept", "application/json")
		answer, err := client.Do(request)
		if err != nil {
			continue
		}
		index, err := io.ReadAll(io.LimitReader(answer.Body, maxIndex))
		answer.Body.Close()
		if plain := "http://" + host + "/"; err == nil && strings.Contains(string(index), `"`+plain) {
			wrong = append(wrong, fmt.Sprintf("https://%s/ has links to %s", host, plain))
		}
	}
	return strings.Join(wrong, "; "), nil
}
