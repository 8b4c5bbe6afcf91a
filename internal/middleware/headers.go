package middleware

import "net/http"

// The values of headers are shared by all answers, as making them costs more than the rest.
var (
	nosniff    = []string{"nosniff"}
	sameOrigin = []string{"same-origin"}
	// inert is the policy of what is no page: opened as one, it does nothing.
	inert   = []string{"default-src 'none'; frame-ancestors 'none'"}
	noCache = []string{"no-cache"}
	noStore = []string{"no-store"}
)

// completeHeader adds what every answer tells browsers and caches. It is the one place for
// that. A handler may set a policy and a Cache-Control of its own before.
func completeHeader(header http.Header, status int) {
	header["X-Content-Type-Options"] = nosniff
	header["Referrer-Policy"] = sameOrigin
	if header["Cross-Origin-Resource-Policy"] == nil {
		header["Cross-Origin-Resource-Policy"] = sameOrigin
	}
	if header["Content-Security-Policy"] == nil {
		header["Content-Security-Policy"] = inert
	}
	if header["Cache-Control"] == nil {
		header["Cache-Control"] = caching(header, status)
	}
}

// caching says whether a cache may keep an answer. What it keeps it has to ask for again
// each time, or a change would seem lost, and what was deleted alive. It keeps neither a
// problem, which holds the id of one request, nor another client's cookie.
func caching(header http.Header, status int) []string {
	if status >= http.StatusBadRequest || header["Set-Cookie"] != nil {
		return noStore
	}
	return noCache
}
