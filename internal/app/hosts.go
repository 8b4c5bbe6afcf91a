package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
)

// hostname is a name as clients send it; an underscore is common inside of clusters.
var hostname = regexp.MustCompile(`^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$`)

// parseHost returns an entry of ALLOWED_HOSTS as requests are compared with it. What no
// request could match is refused, with the form that would. The error continues a sentence
// about the setting.
func parseHost(text string) (string, error) {
	host := strings.ToLower(strings.TrimSpace(text))
	bare, _, err := net.SplitHostPort(host)
	switch {
	case host == "*":
		return host, nil
	case host == "":
		return "", errors.New("must list at least one host; empty entries are not allowed")
	case strings.ContainsAny(host, "@/\\?#"):
		return "", errors.New("must list hosts alone, as in example.com: without a scheme, a user, a path or the size of a network")
	case err == nil && (hostname.MatchString(bare) || strings.HasPrefix(host, "[")):
		return "", fmt.Errorf("has %q in it: leave out the port, as in %s", text, bare)
	case strings.HasPrefix(host, "*.") && hostname.MatchString(host[2:]):
		return "", fmt.Errorf("has %q in it: write %s, which means the domain and all below it", text, host[1:])
	}
	if address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")); err == nil {
		if address.Zone() != "" || address.Is4In6() {
			return "", fmt.Errorf("has %q in it: write the address without a zone, and IPv4 as in 127.0.0.1", text)
		}
		return address.String(), nil
	}
	return parseHostname(text, strings.TrimSuffix(host, "."))
}

func parseHostname(text, host string) (string, error) {
	name := strings.TrimPrefix(host, ".")
	last := name[strings.LastIndex(name, ".")+1:]
	switch {
	case strings.ContainsFunc(host, func(c rune) bool { return c > '~' }):
		return "", fmt.Errorf("has %q in it: write the name in ASCII, as browsers send it: it begins with xn--", text)
	case !hostname.MatchString(name) || len(name) > 253:
		return "", fmt.Errorf("has %q in it: it must be names or addresses with commas between them, as in example.com,.example.org,::1", text)
	case strings.Trim(last, "0123456789") == "":
		return "", fmt.Errorf("has %q in it: it must be a name, or a whole address", text)
	}
	return host, nil
}

// parseHosts does so with all entries.
func parseHosts(all []string) ([]string, error) {
	if len(all) == 0 {
		all = []string{""}
	}
	var hosts []string
	for _, text := range all {
		host, err := parseHost(text)
		if err != nil {
			return nil, err
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}
