package check

import (
	"context"
	"net/url"
)

// Collector is where traces are sent.
type Collector struct {
	// URL is where, or "" if tracing is off. Credentials reports whether headers are sent.
	URL         string
	Credentials bool
	// Send sends an empty message and returns why the collector does not accept it.
	Send func(context.Context) error
}

var traceChecks = []Check{
	{"traces.unreachable", Warning, Always, "Start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS: meanwhile traces are lost.", unreachableCollector},
	{"traces.plain", Warning, Deploy, "Use https:// for the collector: its credentials are sent in plain text.", plainCredentials},
}

func unreachableCollector(ctx context.Context, s *Subject) (string, error) {
	if s.Traces.URL == "" {
		return "", errDoesNotApply
	}
	if err := s.Traces.Send(ctx); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func plainCredentials(_ context.Context, s *Subject) (string, error) {
	if s.Traces.URL == "" {
		return "", errDoesNotApply
	}
	u, err := url.Parse(s.Traces.URL)
	if err != nil {
		return "", err
	}
	return when(s.Traces.Credentials && u.Scheme == "http" && !isLocal(u.Hostname()), "OTEL_EXPORTER_OTLP_HEADERS are sent to %s without encryption", u.Host), nil
}
