package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/templatesite/internal/web"
)

var (
	otherOrigin = web.NewProblem(http.StatusForbidden, "Pages of other origins may not change anything here.")
	// otherHost also covers a proxy that has changed Host.
	otherHost = web.NewProblem(http.StatusForbidden, "Pages of other origins may not change anything here, and the Origin of this request does not match its host. "+
		"If a proxy changes Host, make it send the original as X-Forwarded-Host, and add its network to TRUSTED_PROXIES.")
)

// CrossOrigin refuses changes that a browser sends for a page of another origin, which could
// act on behalf of its visitor (CSRF). It compares the origin with the host of the request's
// Info. Clients that are not browsers are not affected, nor are the pages of trusted origins. It panics if
// one of these is not an origin.
func CrossOrigin(trusted ...string) web.Middleware {
	protection := http.NewCrossOriginProtection()
	for _, origin := range trusted {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			panic(err)
		}
	}
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

// checkOrigin runs http.CrossOriginProtection's check with the host that the browser used.
// Without Sec-Fetch-Site it also refuses an http:// origin on HTTPS. The reverse is allowed,
// because a proxy may not forward the scheme.
func checkOrigin(protection *http.CrossOriginProtection, r *http.Request) error {
	info := web.InfoFrom(r.Context())
	if info.Host != r.Host {
		original := *r
		original.Host = info.Host
		r = &original
	}
	if err := protection.Check(r); err != nil {
		return err
	}
	if info.Secure && r.Header.Get("Sec-Fetch-Site") == "" && strings.HasPrefix(r.Header.Get("Origin"), "http://") {
		return errors.New("the origin uses HTTP and the request HTTPS")
	}
	return nil
}

// refusal returns the problem. If the hosts do not match, its cause, which is logged, names each
// host and the peer.
func refusal(r *http.Request, err error) *web.Problem {
	if r.Header.Get("Sec-Fetch-Site") != "" {
		return otherOrigin.WithCause(err)
	}
	info := web.InfoFrom(r.Context())
	const short = "%.*q"
	return otherHost.WithCause(fmt.Errorf("the Origin is "+short+", the request is for "+short+"; Host is "+short+", X-Forwarded-Host is "+short+", sent by %s",
		maxHost, r.Header.Get("Origin"), maxHost, info.BaseURL, maxHost, r.Host, maxHost, r.Header.Get("X-Forwarded-Host"), r.RemoteAddr))
}
