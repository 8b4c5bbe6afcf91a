package middleware

import (
	"net/http"
	"strings"
)

// strictTransport is half a year, without includeSubDomains: other hosts of the domain may
// not be ready for HTTPS. All responses share the slice.
var strictTransport = []string{"max-age=15768000"}

// setHSTS tells the browser to use only HTTPS for this host from now on. It skips localhost,
// where that would apply to every port of a developer's machine.
func setHSTS(header http.Header, host string) {
	name, _ := splitHost(host)
	name = strings.ToLower(name)
	if name != "localhost" && !strings.HasSuffix(name, ".localhost") {
		header["Strict-Transport-Security"] = strictTransport
	}
}
