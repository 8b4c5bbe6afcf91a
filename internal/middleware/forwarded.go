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
	// maxHops is how many elements of a forwarded header are read.
	maxHops = 32
	// maxHost is the length of the longest name that DNS allows, with a port.
	maxHost = 253 + len(":65535")
)

// proxies are the networks whose forwarded headers are trusted. Networks and the addresses
// compared with them are unmapped: ::ffff:10.0.0.1 is 10.0.0.1.
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

// setOrigin sets the client's address, and the scheme and the host that it used.
func (p proxies) setOrigin(info *web.Info, r *http.Request) {
	info.Client, info.Host, info.Secure = peerAddress(r.RemoteAddr), r.Host, r.TLS != nil
	if len(p) > 0 {
		p.readForwarded(info, r.Header)
	}
	info.BaseURL = "http://" + info.Host
	if info.Secure {
		info.BaseURL = "https://" + info.Host
	}
}

// peerAddress returns the address of the other end of the connection, without a zone.
func peerAddress(remote string) string {
	host, _, _ := net.SplitHostPort(remote)
	if strings.Contains(host, "%") || strings.HasPrefix(host, "::ffff:") {
		if addr, ok := parseAddress(host); ok {
			return addr.String()
		}
	}
	return host
}

// readForwarded applies the forwarded headers of a trusted proxy to info. A malformed value
// is ignored.
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

// client returns the last address that is not a trusted proxy's, as a client can send any
// address in front of it. It reads the lines from the end, starting with addr, and stops at
// an element that is not an address.
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
// [2001:db8::1]:80. It drops zones, which are meaningful on one machine only, and unmaps
// IPv4 in IPv6, so that a client has one address.
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

// parseScheme also accepts ws and wss, which Traefik sends for WebSockets.
func parseScheme(text string) (secure, ok bool) {
	switch {
	case strings.EqualFold(text, "https"), strings.EqualFold(text, "wss"):
		return true, true
	case strings.EqualFold(text, "http"), strings.EqualFold(text, "ws"):
		return false, true
	}
	return false, false
}

// parseHost returns a host as browsers write it: in lower case, and without the port that the
// scheme implies.
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

// first returns the first element that is not empty. The outermost proxy wrote it, so it is
// what the client used.
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
