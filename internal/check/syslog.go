package check

import (
	"context"
	"errors"
	"net"
	"net/url"
)

// Syslog is the URL of the log server, or "".
type Syslog string

// Checks returns what can be wrong with the log server.
func (l Syslog) Checks() []Check {
	return []Check{
		{"syslog.unreachable", Warning, Always, "Start the log server, or correct SYSLOG_ADDRESS: meanwhile its records are lost.", l.unreachable},
		{"syslog.udp", Warning, Deploy, "Use tcp:// in SYSLOG_ADDRESS: nobody notices records that UDP loses.", l.udp},
	}
}

func (l Syslog) unreachable(ctx context.Context, _ *Subject) (string, error) {
	u, err := url.Parse(string(l))
	switch {
	case err != nil:
		return "", err
	case u.Host == "":
		return "", errDoesNotApply
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, u.Scheme, u.Host)
	if err != nil {
		return err.Error(), nil
	}
	conn.Close()
	if u.Scheme == "udp" {
		return "", errors.New("a server on UDP does not answer")
	}
	return "", nil
}

func (l Syslog) udp(context.Context, *Subject) (string, error) {
	u, err := url.Parse(string(l))
	if err == nil && u.Host == "" {
		err = errDoesNotApply
	}
	if err != nil {
		return "", err
	}
	return when(u.Scheme == "udp", "%s can lose records", l), nil
}
