package middleware

import (
	"net/http"
	"net/netip"
	"time"

	"example.com/templatesite/internal/web"
)

// RequestInfo is the outermost middleware. It creates the request's Info, sends the request's
// id back as X-Request-ID, and records what is read and sent. Forwarded headers count only on
// connections from the trusted networks.
func RequestInfo(trusted []netip.Prefix) web.Middleware {
	proxies := newProxies(trusted)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info := &web.Info{Start: time.Now(), URL: r.URL}
			info.RequestID, info.ClientSentID = requestID(r.Header)
			proxies.setOrigin(info, r)
			w.Header().Set(requestIDHeader, info.RequestID)
			if info.Secure {
				setHSTS(w.Header(), info.Host)
			}
			r = r.WithContext(web.WithInfo(r.Context(), info))
			if r.Body != http.NoBody {
				r.Body = &bodyCounter{r.Body, info}
			}
			next.ServeHTTP(&recorder{w, info, r.Method == http.MethodHead}, r)
		})
	}
}
