package server

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
)

// Listen listens on host:port. For localhost it listens on both loopback addresses that the
// machine has, because clients resolve localhost to either. The caller closes the listeners.
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
	var unavailable error
	for _, one := range hosts {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(one, port))
		switch {
		case slices.ContainsFunc(addressErrors, func(target error) bool { return errors.Is(err, target) }):
			unavailable = err
		case err != nil:
			return nil, errors.Join(err, closeAll(all))
		default:
			all = append(all, ln)
			_, port, _ = net.SplitHostPort(ln.Addr().String()) // for port 0, both share the chosen one
		}
	}
	if len(all) == 0 {
		return nil, unavailable
	}
	return all, nil
}

// addressErrors are the errors of a machine without IPv6. 10049 and 10047 are those of Windows
// (WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT).
var addressErrors = []error{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, syscall.Errno(10049), syscall.Errno(10047)}

func closeAll(listeners []net.Listener) error {
	var all []error
	for _, ln := range listeners {
		all = append(all, ln.Close())
	}
	return errors.Join(all...)
}
