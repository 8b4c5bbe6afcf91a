package middleware

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// ForgetHosts takes the BaseURL from requests for hosts that are not allowed, so
// that no link and no page can repeat the name that a stranger chose. It stands
// where pages have not begun yet; Hosts, inside, refuses these requests. An entry
// that begins with a dot allows the domain and what is below it; "*" allows everything.
func ForgetHosts(allowed []string) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if info := web.InfoFrom(r.Context()); !hostAllowed(info.Host, allowed) {
				info.BaseURL = ""
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Hosts answers 421 to requests whose host ForgetHosts has not allowed, so that a
// page of a stranger's domain that resolves to this machine gets nothing. An open
// path is answered for any host.
func Hosts(open func(path string) bool) web.Middleware {
	refused := web.NewProblem(http.StatusMisdirectedRequest,
		"This service does not answer for that host. The setting ALLOWED_HOSTS lists those that it answers for.")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if info := web.InfoFrom(r.Context()); info.BaseURL == "" && !open(r.URL.Path) {
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

// splitHost returns a host without brackets, and its port. Unlike net.SplitHostPort it
// needs no port, and so makes no error for the many that have none.
func splitHost(host string) (name, port string) {
	colon := strings.LastIndexByte(host, ':')
	if colon > 0 && (colon == strings.IndexByte(host, ':') || host[colon-1] == ']') {
		host, port = host[:colon], host[colon+1:]
	}
	return strings.Trim(host, "[]"), port
}
