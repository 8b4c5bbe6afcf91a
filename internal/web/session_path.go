package web

import (
	"net/url"
	"strings"
)

// maxLocalPath is the longest address that people are led back to.
const maxLocalPath = 8 << 10

// LocalPath returns an address as a path of this service with its query, or / if it could lead elsewhere:
// browsers take \ for /, and ignore control characters. Where people sign in and out is nowhere to go
// back to.
func LocalPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > maxLocalPath || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") {
		return "/"
	}
	strange := func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7f }
	if strings.HasPrefix(u.Path, "//") || strings.ContainsFunc(u.Path, strange) || u.Path == SignOutPath || strings.HasPrefix(u.Path+"/", SignInPath+"/") {
		return "/"
	}
	return u.RequestURI()
}
