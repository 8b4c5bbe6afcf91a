package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/templatesite/internal/web"
)

var (
	otherOrigin = web.NewProblem(http.StatusForbidden, "A page of another origin may not change anything here.")
	// otherHost is also the answer when a proxy has changed Host on the way.
	otherHost = web.NewProblem(http.StatusForbidden, "A page of another origin may not change anything here, and the Origin of this request does not match its host. "+
		"If a proxy changes Host, let it send the original as X-Forwarded-Host, and add its network to TRUSTED_PROXIES.")
)

// CrossOrigin refuses changes that a browser sends for a page of another origin:
// such a page could act for whoever looks at it. The host is that of the request's
// Info, as links use it. Clients that are not browsers are not affected.
func CrossOrigin() web.Middleware {
	protection := http.NewCrossOriginProtection()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.Method {
			case http.MethodGet, http.MethodHead, http.MethodOptions:
			default:
				if err := checkOrigin(protection, r); err != nil {
					web.WriteProblem(w, r, refusal(r, err))
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// checkOrigin is http.CrossOriginProtection's check for the host that the browser has
// asked. Where no Sec-Fetch-Site compares the schemes, a page on HTTP may not change
// what is on HTTPS. The reverse is allowed: it is the same host behind a proxy that
// does not send the scheme.
func checkOrigin(protection *http.CrossOriginProtection, r *http.Request) error {
	info := web.InfoFrom(r.Context())
	if info.Host != r.Host {
		asked := *r
		asked.Host = info.Host
		r = &asked
	}
	if err := protection.Check(r); err != nil {
		return err
	}
	if info.Secure && r.Header.Get("Sec-Fetch-Site") == "" && strings.HasPrefix(r.Header.Get("Origin"), "http://") {
		return errors.New("the page came by HTTP and the request by HTTPS")
	}
	return nil
}

// refusal tells an operator, in the log, which names did not match and who sent them.
func refusal(r *http.Request, err error) *web.Problem {
	if r.Header.Get("Sec-Fetch-Site") != "" {
		return otherOrigin.WithCause(err)
	}
	info := web.InfoFrom(r.Context())
	const short = "%.*q"
	return otherHost.WithCause(fmt.Errorf("the Origin is "+short+", the request is for "+short+"; Host is "+short+", X-Forwarded-Host is "+short+", sent by %s",
		maxHost, r.Header.Get("Origin"), maxHost, info.BaseURL, maxHost, r.Host, maxHost, r.Header.Get("X-Forwarded-Host"), r.RemoteAddr))
}
