package server

import (
	"context"
	"errors"
	"net"
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
		case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT): // IPv6 is switched off
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

func closeAll(listeners []net.Listener) error {
	var all []error
	for _, ln := range listeners {
		all = append(all, ln.Close())
	}
	return errors.Join(all...)
}
