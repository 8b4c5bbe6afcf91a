package middleware

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"example.com/templatesite/internal/web"
)

// Hosts answers requests for the allowed hosts, and 421 for any other, so that
// a page of a stranger's domain that resolves to this machine gets nothing, and
// the links in answers can be trusted. An entry that begins with a dot allows
// the domain and what is below it; "*" allows everything. What is at an open path is
// answered for any host.
func Hosts(allowed []string, open func(path string) bool) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !open(r.URL.Path) && !hostAllowed(web.InfoFrom(r.Context()).Host, allowed) {
				web.WriteProblem(w, r, web.NewProblem(http.StatusMisdirectedRequest,
					"This service does not answer for that host. The setting ALLOWED_HOSTS lists those that it answers for."))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func hostAllowed(host string, allowed []string) bool {
	if slices.Contains(allowed, "*") {
		return true
	}
	if name, port, err := net.SplitHostPort(host); err == nil {
		if strings.ContainsFunc(port, func(c rune) bool { return c < '0' || c > '9' }) {
			return false
		}
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	return slices.ContainsFunc(allowed, func(entry string) bool {
		domain, below := strings.CutPrefix(strings.ToLower(entry), ".")
		if host == strings.Trim(domain, "[]") {
			return host != ""
		}
		return below && strings.HasSuffix(host, "."+domain) && !strings.ContainsFunc(host, notPlain)
	})
}
