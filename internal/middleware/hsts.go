package middleware

import (
	"net/http"
	"strings"
)

// strictTransport is half a year, for this host alone: other hosts of the domain may
// not be ready for HTTPS. The value is shared by all answers.
var strictTransport = []string{"max-age=15768000"}

// stayHTTPS tells the browser to use only HTTPS for this host from now on. On a
// developer's machine that would hold for every port of localhost, so it is not said there.
func stayHTTPS(header http.Header, host string) {
	name, _ := splitHost(host)
	name = strings.ToLower(name)
	if name != "localhost" && !strings.HasSuffix(name, ".localhost") {
		header["Strict-Transport-Security"] = strictTransport
	}
}
