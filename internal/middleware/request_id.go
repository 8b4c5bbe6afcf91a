package middleware

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// requestIDHeader is X-Request-ID as net/http spells it, which spares it to do so
// in every request.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the length up to which a client's id is taken.
const maxRequestID = 128

// Identify comes first: it finds out who asks for what, and gives the request an
// id, the client's own when it is well formed, which goes back in the answer.
// The forwarded headers are believed when the connection comes from one of
// trusted; of X-Forwarded-For, the last address that is not trusted counts.
func Identify(trusted []netip.Prefix) web.Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info := &web.Info{Start: time.Now(), URL: r.URL}
			info.ID, info.Followed = requestID(r.Header)
			identify(info, r, trusted)
			w.Header().Set(requestIDHeader, info.ID)
			r = r.WithContext(web.WithInfo(r.Context(), info))
			if r.Body != http.NoBody {
				r.Body = &body{r.Body, info}
			}
			next.ServeHTTP(&recorder{w, info, r.Method == http.MethodHead}, r)
		})
	}
}

// requestID returns the client's id or a new one. What is not of the plain
// alphabet could forge a line in a log that somebody reads in a terminal.
func requestID(header http.Header) (id string, clients bool) {
	id = header.Get(requestIDHeader)
	if id == "" || len(id) > maxRequestID || strings.ContainsFunc(id, strange) {
		return rand.Text(), false
	}
	return id, true
}

// strange reports what has no place in an id or in the name of a host.
func strange(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-'
}

func identify(info *web.Info, r *http.Request, trusted []netip.Prefix) {
	scheme := "http"
	info.Host = r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	info.Client, _, _ = net.SplitHostPort(r.RemoteAddr)
	if isTrusted(info.Client, trusted) {
		if proto := r.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
			scheme = proto
		}
		if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
			info.Host = forwarded
		}
		info.Client = forwardedFor(info.Client, r.Header, trusted)
	}
	info.BaseURL = scheme + "://" + info.Host
}

func forwardedFor(client string, header http.Header, trusted []netip.Prefix) string {
	hops := strings.Split(strings.Join(header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(client, trusted); i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = addr.String()
	}
	return client
}

func isTrusted(client string, trusted []netip.Prefix) bool {
	addr, err := netip.ParseAddr(client)
	if err != nil {
		return false
	}
	for _, prefix := range trusted {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
