package middleware

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// requestIDHeader is X-Request-ID in net/http's canonical spelling, which saves
// canonicalizing it for every request.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the length of the longest id that is accepted from a client.
const maxRequestID = 128

// requestID returns the client's id, or a new one when there is none, it is too long, or it
// has characters that could forge a line when the log is read in a terminal.
func requestID(header http.Header) (id string, fromClient bool) {
	id = header.Get(requestIDHeader)
	if id == "" || len(id) > maxRequestID || strings.ContainsFunc(id, notPlain) {
		return rand.Text(), false
	}
	return id, true
}

// notPlain reports whether c is not allowed in a request id or a host name.
func notPlain(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-'
}
