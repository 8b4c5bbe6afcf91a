package middleware

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// requestIDHeader is X-Request-ID as net/http spells it, which saves spelling it
// anew for every request.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the length up to which a client's id is taken.
const maxRequestID = 128

// requestID returns the client's id or a new one. Characters outside of the plain
// alphabet could forge a line in a log that is read in a terminal.
func requestID(header http.Header) (id string, clients bool) {
	id = header.Get(requestIDHeader)
	if id == "" || len(id) > maxRequestID || strings.ContainsFunc(id, notPlain) {
		return rand.Text(), false
	}
	return id, true
}

// notPlain reports whether c belongs neither in an id nor in the name of a host.
func notPlain(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-'
}
