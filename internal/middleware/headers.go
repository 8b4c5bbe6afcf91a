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

// completeHeader adds what every answer tells browsers and caches, unless the handler has
// set it. It is the one place for that.
func completeHeader(header http.Header, status int) {
	setDefault(header, "X-Content-Type-Options", nosniff)
	setDefault(header, "Content-Security-Policy", inert)
	setDefault(header, "Cross-Origin-Resource-Policy", sameOrigin)
	setDefault(header, "Referrer-Policy", sameOrigin)
	if header["Cache-Control"] == nil {
		header["Cache-Control"] = caching(header, status)
	}
}

func setDefault(header http.Header, name string, value []string) {
	if header[name] == nil {
		header[name] = value
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
