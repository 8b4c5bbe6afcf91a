package web

import "net/http"

// SetPageHeader sets the headers that an HTML page needs besides those of every response. The
// policy is its Content-Security-Policy.
func SetPageHeader(header http.Header, policy string) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
}
