package middleware

import (
	"net/http"
	"net/netip"
	"time"

	"example.com/templatesite/internal/web"
)

// RequestInfo comes first: it makes the request's Info and gives the request an id,
// which goes back in the answer. The forwarded headers are believed when the
// connection comes from one of the trusted networks.
func RequestInfo(trusted []netip.Prefix) web.Middleware {
	proxies := newProxies(trusted)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info := &web.Info{Start: time.Now(), URL: r.URL}
			info.ID, info.ClientSentID = requestID(r.Header)
			proxies.identify(info, r)
			w.Header().Set(requestIDHeader, info.ID)
			if info.Secure {
				stayHTTPS(w.Header(), info.Host)
			}
			r = r.WithContext(web.WithInfo(r.Context(), info))
			if r.Body != http.NoBody {
				r.Body = &body{r.Body, info}
			}
			next.ServeHTTP(&recorder{w, info, r.Method == http.MethodHead}, r)
		})
	}
}
