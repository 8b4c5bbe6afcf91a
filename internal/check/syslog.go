package check

import (
	"context"
	"errors"
	"net"
	"net/url"
)

var syslogChecks = []Check{
	{"syslog.unreachable", Warning, Always, "Start the log server, or correct SYSLOG_ADDRESS: meanwhile its records are lost.", unreachableSyslog},
	{"syslog.udp", Warning, Deploy, "Use tcp:// in SYSLOG_ADDRESS: nobody notices records that UDP loses.", syslogOverUDP},
}

func unreachableSyslog(ctx context.Context, s *Subject) (string, error) {
	u, err := url.Parse(s.Syslog)
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

func syslogOverUDP(_ context.Context, s *Subject) (string, error) {
	u, err := url.Parse(s.Syslog)
	if err == nil && u.Host == "" {
		err = errDoesNotApply
	}
	if err != nil {
		return "", err
	}
	return when(u.Scheme == "udp", "%s can lose records", s.Syslog), nil
}
