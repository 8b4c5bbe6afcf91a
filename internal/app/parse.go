package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

// settingTypes tells kong how to parse the types of the settings.
func settingTypes(s *settings.Source) []kong.Option {
	return []kong.Option{
		settings.Type(s, parseHostPort),
		settings.Type(s, parseAdminAddress), // feature: admin
		settings.Type(s, parseNetwork),
		settings.Type(s, parseSyslogAddress), // feature: syslog
		settings.Type(s, parseLevel),
		settings.Type(s, oneOf(authentication(web.AuthenticationOff), authentication(web.AuthenticationWrite), authentication(web.AuthenticationAll))),
		settings.Type(s, oneOf[logFormat](logging.Text, logging.JSON)),
		settings.Type(s, oneOf[environment]("development", "production")), // feature: postgres
		settings.Type(s, check.ParseSilences),                             // feature: check
		settings.Type(s, throttle.ParseRate),                              // feature: throttle
		settings.Type(s, parseDuration),
		settings.Type(s, parseVersion),
		settings.Type(s, func(text string) (count, error) {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 1 {
				return 0, errors.New("it must be a whole number, 1 or more")
			}
			return count(n), nil
		}),
	}
}

func parseHostPort(text string) (hostPort, error) {
	host, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	_, notIP := netip.ParseAddr(host)
	if err != nil || host != "" && notIP != nil && !hostname.MatchString(strings.ToLower(host)) {
		return "", errors.New("it must be host:port, as in localhost:8000 or :8000; PORT is a port alone")
	}
	return hostPort(text), nil
}

// parseNetwork also accepts a single address. It converts IPv4 written as IPv6 to IPv4, the
// form in which client addresses are compared.
func parseNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	network, err := netip.ParsePrefix(text)
	if address, notOne := netip.ParseAddr(text); notOne == nil && address.Zone() == "" {
		network, err = netip.PrefixFrom(address, address.BitLen()), nil
	}
	if err != nil {
		return network, errors.New("it must be a comma-separated list of networks or addresses, as in 10.0.0.0/8,::1")
	}
	if address := network.Addr(); address.Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(address.Unmap(), network.Bits()-96)
	}
	return network.Masked(), nil
}

func parseLevel(text string) (logLevel, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return 0, errors.New("it must be debug, info, warn or error")
	}
	return logLevel(level), nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("it must be a duration, as in 500ms, 30s or 1m30s")
	}
	return d, nil
}

func parseVersion(text string) (schemaVersion, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("it must be the version of a migration, or 0 to undo all")
	}
	return schemaVersion(n), nil
}

// oneOf returns a function that accepts two or more values.
func oneOf[T ~string](values ...T) func(string) (T, error) {
	return func(text string) (T, error) {
		if slices.Contains(values, T(text)) {
			return T(text), nil
		}
		last := len(values) - 1
		list := string(values[0])
		for _, value := range values[1:last] {
			list += ", " + string(value)
		}
		return "", fmt.Errorf("it must be %s or %s", list, values[last])
	}
}
