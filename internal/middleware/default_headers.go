package middleware

import "net/http"

// All responses share these slices, because allocating them costs more than the rest of
// completeHeader.
var (
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"same-origin"}
	// inert is the policy of responses that are not pages: one opened in a browser can load
	// and run nothing.
	inert   = []string{"default-src 'none'; frame-ancestors 'none'"}
	noCache = []string{"no-cache"}
	noStore = []string{"no-store"}
)

// completeHeader adds the security and caching headers that the handler has not set. Only
// Cache-Control of an error is overwritten, and of what is for a caller alone: it is never cached.
func completeHeader(header http.Header, status int, private bool) {
	setDefault(header, "X-Content-Type-Options", nosniff)
	setDefault(header, "Content-Security-Policy", inert)
	setDefault(header, "Cross-Origin-Resource-Policy", sameOrigin)
	setDefault(header, "Referrer-Policy", sameOrigin)
	private = private || status >= http.StatusBadRequest
	if header["Cache-Control"] == nil || private {
		header["Cache-Control"] = cacheControl(header, private)
	}
}

func setDefault(header http.Header, name string, value []string) {
	if header[name] == nil {
		header[name] = value
	}
}

// cacheControl makes caches revalidate each time, so that a client sees its own changes.
// Problems, which hold the id of one request, and responses with cookies or for a caller are not stored.
func cacheControl(header http.Header, private bool) []string {
	if private || header["Set-Cookie"] != nil {
		return noStore
	}
	return noCache
}
