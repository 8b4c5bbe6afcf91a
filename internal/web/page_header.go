package web

import "net/http"

// SetPageHeader sets what a page for people has beside the headers of every answer. The
// policy says what the page may load and do.
func SetPageHeader(header http.Header, policy string) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
}
