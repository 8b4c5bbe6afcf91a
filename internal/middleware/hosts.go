package middleware

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// ClearUnknownHosts clears Info.BaseURL when the host is not allowed, so that no link and no
// page repeats a name that an attacker chose. RefuseUnknownHosts, further inside, refuses
// these requests. There are two middlewares, because pages are built between them. An entry that
// begins with a dot allows the domain and its subdomains; "*" allows every host.
func ClearUnknownHosts(allowed []string) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if info := web.InfoFrom(r.Context()); !hostAllowed(info.Host, allowed) {
				info.BaseURL = ""
			}
			next.ServeHTTP(w, r)
		})
	}
}

// RefuseUnknownHosts answers 421 to requests whose BaseURL ClearUnknownHosts has cleared. This
// stops DNS rebinding, where an attacker's domain resolves to this machine. Paths that isProbe
// selects are served for any host.
func RefuseUnknownHosts(isProbe func(path string) bool) web.Middleware {
	refused := web.NewProblem(http.StatusMisdirectedRequest,
		"This service does not answer for that host. The setting ALLOWED_HOSTS lists those that it answers for.")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if info := web.InfoFrom(r.Context()); info.BaseURL == "" && !isProbe(r.URL.Path) {
				web.WriteProblem(w, r, refused.WithCause(fmt.Errorf("the host is %.*q", maxHost, info.Host)))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// hostAllowed reports whether a host, with or without a port, is one of allowed, which
// are in lower case and without brackets.
func hostAllowed(host string, allowed []string) bool {
	if slices.Contains(allowed, "*") {
		return true
	}
	name, port := splitHost(host)
	if strings.ContainsFunc(port, func(c rune) bool { return c < '0' || c > '9' }) {
		return false
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return slices.ContainsFunc(allowed, func(entry string) bool {
		domain, below := strings.CutPrefix(entry, ".")
		if name == domain {
			return name != ""
		}
		return below && strings.HasSuffix(name, entry) && !strings.ContainsFunc(name, notPlain)
	})
}

// splitHost returns a host without brackets, and its port. Unlike net.SplitHostPort it does
// not allocate an error for the many hosts without a port.
func splitHost(host string) (name, port string) {
	colon := strings.LastIndexByte(host, ':')
	if colon > 0 && (colon == strings.IndexByte(host, ':') || host[colon-1] == ']') {
		host, port = host[:colon], host[colon+1:]
	}
	return strings.Trim(host, "[]"), port
}
