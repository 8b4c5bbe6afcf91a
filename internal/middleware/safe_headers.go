package middleware

import "net/http"

// The values are shared by all answers, as making them costs more than setting them.
var (
	noStore    = []string{"no-store"}
	noCache    = []string{"no-cache"}
	noSniffing = []string{"nosniff"}
	sameOrigin = []string{"same-origin"}
	// inert is the policy for anything but a page: opened as one, it does nothing.
	inert = []string{"default-src 'none'; frame-ancestors 'none'"}
)

// safeHeaders completes the header of an answer with what its handler has left open:
// other sites cannot load it, and it is stored only with an ETag, to be revalidated
// before each use (RFC 9111, section 5.2.2). An error is never stored.
func safeHeaders(header http.Header, status int) {
	switch {
	case status >= http.StatusBadRequest:
		header["Cache-Control"] = noStore
	case header["Cache-Control"] != nil:
	case header["Etag"] != nil:
		header["Cache-Control"] = noCache
	default:
		header["Cache-Control"] = noStore
	}
	setDefault(header, "Content-Security-Policy", inert)
	setDefault(header, "Cross-Origin-Resource-Policy", sameOrigin)
	setDefault(header, "Referrer-Policy", sameOrigin)
	setDefault(header, "X-Content-Type-Options", noSniffing)
}

func setDefault(header http.Header, name string, value []string) {
	if header[name] == nil {
		header[name] = value
	}
}
