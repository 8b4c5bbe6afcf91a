package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
)

// hostname matches the names that clients send; underscores are common inside clusters.
var hostname = regexp.MustCompile(`^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$`)

// parseHost returns an entry of ALLOWED_HOSTS in the form that requests are compared with.
// It refuses an entry that no request can match, and says how to write it. The error
// continues a sentence that begins with the name of the setting.
func parseHost(text string) (string, error) {
	host := strings.ToLower(strings.TrimSpace(text))
	bare, _, err := net.SplitHostPort(host)
	switch {
	case host == "*":
		return host, nil
	case host == "":
		return "", errors.New("must list at least one host; empty entries are not allowed")
	case strings.ContainsAny(host, "@/\\?#"):
		return "", errors.New("must list only hosts, as in example.org: without a scheme, a user, a path or a network size")
	case err == nil && (hostname.MatchString(bare) || strings.HasPrefix(host, "[")):
		return "", fmt.Errorf("has %q in it: leave out the port, as in %s", text, bare)
	case strings.HasPrefix(host, "*.") && hostname.MatchString(host[2:]):
		return "", fmt.Errorf("has %q in it: write %s, which matches the domain and its subdomains", text, host[1:])
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
		return "", fmt.Errorf("has %q in it: it must be a comma-separated list of names or addresses, as in example.org,.example.net,::1", text)
	case strings.Trim(last, "0123456789") == "":
		return "", fmt.Errorf("has %q in it: it must be a name or a whole address", text)
	}
	return host, nil
}

// parseHosts parses all entries of ALLOWED_HOSTS.
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
