package app

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"example.com/templatesite/internal/settings"
)

type adminAddress string

func parseAdminAddress(text string) (adminAddress, error) {
	if text == "" {
		return "", nil
	}
	address, err := parseHostPort(text)
	return adminAddress(address), err
}

// sharePort reports whether the two addresses conflict.
func (c *config) sharePort() bool {
	host, port, _ := net.SplitHostPort(string(c.Address))
	adminHost, adminPort, _ := net.SplitHostPort(string(c.AdminAddress))
	return port == adminPort && port != "0" && port != "" && (host == adminHost || isWildcard(host) || isWildcard(adminHost))
}

// minToken is the minimum length of an admin token: shorter ones can be guessed.
const minToken = 16

func strongToken(token string) bool {
	return len(token) >= minToken && !strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' })
}

var errWeakToken = fmt.Errorf("must be %d printable ASCII characters or more, without spaces, as openssl rand -hex 32 makes them", minToken)

// readAdminToken returns a function that reads the token again, or nil if it is not in a file.
func (p *program) readAdminToken() func() (string, error) {
	read := p.secretFile("ADMIN_TOKEN")
	if read == nil {
		return nil
	}
	return func() (string, error) {
		token, err := read()
		if err == nil && !strongToken(token) {
			err = errWeakToken
		}
		return token, err
	}
}

// checkAdmin reports to s the problems of the settings of the admin address.
func (c *config) checkAdmin(s *settings.Source) {
	if c.AdminToken != "" && !strongToken(c.AdminToken) {
		s.Problem("ADMIN_TOKEN", errWeakToken)
	}
	if c.sharePort() {
		s.Problem("ADMIN_ADDRESS", errors.New("has the port of ADDRESS: choose another, or leave it empty to have none"))
	}
}
