package server

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
)

// Listen listens on host:port. localhost is both loopback addresses, as far as the machine
// has them: browsers and programs take it for either, whatever the system's files say. The
// caller closes the listeners.
func Listen(ctx context.Context, address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	hosts := []string{host}
	if strings.EqualFold(host, "localhost") {
		hosts = []string{"127.0.0.1", "::1"}
	}
	var all []net.Listener
	var missing error
	for _, one := range hosts {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(one, port))
		switch {
		case slices.ContainsFunc(unavailable, func(known error) bool { return errors.Is(err, known) }):
			missing = err
		case err != nil:
			return nil, errors.Join(err, closeAll(all))
		default:
			all = append(all, ln)
			_, port, _ = net.SplitHostPort(ln.Addr().String()) // they share the port that 0 chose
		}
	}
	if len(all) == 0 {
		return nil, missing
	}
	return all, nil
}

// unavailable are the errors of a machine on which IPv6 is switched off; Windows has
// numbers of its own (WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT).
var unavailable = []error{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.Errno(10049), syscall.Errno(10047)}

func closeAll(listeners []net.Listener) error {
	var all []error
	for _, ln := range listeners {
		all = append(all, ln.Close())
	}
	return errors.Join(all...)
}
