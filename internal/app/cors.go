package app

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"example.com/templatesite/internal/settings"
)

// checkOrigins reports to s the entries of ALLOWED_ORIGINS that no browser sends.
func (c *config) checkOrigins(s *settings.Source) {
	for _, origin := range c.AllowedOrigins {
		if err := checkOrigin(origin); err != nil {
			s.Problem("ALLOWED_ORIGINS", err)
		}
	}
}

// checkOrigin returns an error for a text that is not an origin as browsers send it (RFC 6454, section 6.2).
func checkOrigin(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "" || text == "null":
		return fmt.Errorf("has %q in it: list origins, as in https://app.example.org,https://admin.example.org", text)
	case err != nil:
		return errors.New("has an origin in it that is not a URL, as in https://app.example.org")
	case u.User != nil:
		return errors.New("has an origin with a user in it: write only the scheme, the host and the port")
	case strings.Contains(text, "*"):
		return fmt.Errorf("has %q in it: list each origin, without *", text)
	}
	origin := &url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host)}
	if port := map[string]string{"http": ":80", "https": ":443"}[origin.Scheme]; port != "" {
		origin.Host = strings.TrimSuffix(origin.Host, port)
	}
	switch {
	case origin.Scheme != "http" && origin.Scheme != "https" || u.Hostname() == "":
		return fmt.Errorf("has %q in it: an origin begins with https:// or http:// and a host", text)
	case text != origin.String():
		return fmt.Errorf("has %q in it: write it as browsers send it, %s", text, origin)
	}
	return nil
}
