package middleware

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"example.com/templatesite/internal/web"
)

const (
	// maxHops is how many elements of a list are read.
	maxHops = 32
	// maxHost is the length of the longest name that DNS allows, with a port.
	maxHost = 253 + len(":65535")
)

// proxies are the networks whose forwarded headers are believed. None of them is
// written as IPv4 in IPv6, and neither is an address that is compared with them.
type proxies []netip.Prefix

func newProxies(networks []netip.Prefix) proxies {
	var p proxies
	for _, network := range networks {
		if addr := network.Addr(); addr.Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(addr.Unmap(), network.Bits()-96)
		}
		p = append(p, network)
	}
	return p
}

func (p proxies) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// identify fills in who sent r, and which scheme and host they used.
func (p proxies) identify(info *web.Info, r *http.Request) {
	info.Client, info.Host, info.Secure = peer(r.RemoteAddr), r.Host, r.TLS != nil
	if len(p) > 0 {
		p.readForwarded(info, r.Header)
	}
	info.BaseURL = "http://" + info.Host
	if info.Secure {
		info.BaseURL = "https://" + info.Host
	}
}

// peer returns the address of the other end of the connection.
func peer(remote string) string {
	host, _, _ := net.SplitHostPort(remote)
	if strings.Contains(host, "%") || strings.HasPrefix(host, "::ffff:") {
		if addr, ok := parseAddress(host); ok {
			return addr.String()
		}
	}
	return host
}

// readForwarded replaces what info says by what a trusted proxy says. A value that
// cannot be read counts as not sent.
func (p proxies) readForwarded(info *web.Info, header http.Header) {
	addr, ok := parseAddress(info.Client)
	if !ok || !p.trust(addr) {
		return
	}
	if client := p.client(addr, header["X-Forwarded-For"]); client != addr {
		info.Client = client.String()
	}
	if secure, ok := parseScheme(first(header["X-Forwarded-Proto"])); ok {
		info.Secure = secure
	}
	if host, ok := parseHost(first(header["X-Forwarded-Host"]), info.Secure); ok {
		info.Host = host
	}
}

// client returns the last address that is not a trusted proxy's: a client can write
// what it likes in front of that. Lines are in the order in which they were sent. The
// walk ends at an element that is no address, with the last address before it.
func (p proxies) client(addr netip.Addr, lines []string) netip.Addr {
	hops := 0
	for _, line := range slices.Backward(lines) {
		for more := true; more && hops < maxHops; hops++ {
			i := strings.LastIndexByte(line, ',')
			hop := strings.TrimSpace(line[i+1:])
			line, more = line[:max(i, 0)], i >= 0
			if hop == "" {
				continue
			}
			next, ok := parseAddress(hop)
			if !ok {
				return addr
			}
			if addr = next; !p.trust(addr) {
				return addr
			}
		}
	}
	return addr
}

// parseAddress reads 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1] and
// [2001:db8::1]:80. Zones mean something on one machine only, and are dropped;
// IPv4 in IPv6 becomes IPv4, so that one client has one name.
func parseAddress(text string) (netip.Addr, bool) {
	port := ""
	if bracketed, ok := strings.CutPrefix(text, "["); ok {
		if text, port, ok = strings.Cut(bracketed, "]"); !ok {
			return netip.Addr{}, false
		}
	} else if i := strings.IndexByte(text, ':'); i >= 0 && i == strings.LastIndexByte(text, ':') {
		text, port = text[:i], text[i:]
	}
	text, _, _ = strings.Cut(text, "%")
	addr, err := netip.ParseAddr(text)
	return addr.Unmap(), err == nil && (port == "" || isPort(port[1:]) && port[0] == ':')
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// parseScheme also reads the schemes of websockets, as Traefik sends them.
func parseScheme(text string) (secure, ok bool) {
	switch {
	case strings.EqualFold(text, "https"), strings.EqualFold(text, "wss"):
		return true, true
	case strings.EqualFold(text, "http"), strings.EqualFold(text, "ws"):
		return false, true
	}
	return false, false
}

// parseHost returns a host as a browser writes it: in lower case, and without the
// port that the scheme implies.
func parseHost(text string, secure bool) (string, bool) {
	if text == "" || len(text) > maxHost {
		return "", false
	}
	name, port, err := net.SplitHostPort(text)
	if err != nil {
		name, port = text, ""
	} else if !isPort(port) {
		return "", false
	}
	if name == "" || strings.ContainsFunc(name, notPlain) {
		addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
		if err != nil || addr.Zone() != "" || addr.Is4() {
			return "", false
		}
		name = "[" + addr.String() + "]"
	}
	if port != "" && (secure && port != "443" || !secure && port != "80") {
		name += ":" + port
	}
	return strings.ToLower(name), true
}

// first returns the first element of a list, which the outermost proxy wrote: what
// the client asked for.
func first(lines []string) string {
	elements := 0
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			if element = strings.TrimSpace(element); element != "" || elements == maxHops {
				return element
			}
			elements++
		}
	}
	return ""
}
