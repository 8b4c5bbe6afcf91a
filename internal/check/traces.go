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

// Checks returns what can be wrong with the collector.
func (c Collector) Checks() []Check {
	return []Check{
		{"traces.unreachable", Warning, Always, "Start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS: meanwhile traces are lost.", c.unreachable},
		{"traces.plain", Warning, Deploy, "Use https:// for the collector: its credentials are sent in plain text.", c.plainCredentials},
	}
}

func (c Collector) unreachable(ctx context.Context, _ *Subject) (string, error) {
	if c.URL == "" {
		return "", errDoesNotApply
	}
	if err := c.Send(ctx); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

func (c Collector) plainCredentials(context.Context, *Subject) (string, error) {
	if c.URL == "" {
		return "", errDoesNotApply
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return "", err
	}
	return when(c.Credentials && u.Scheme == "http" && !isLocal(u.Hostname()), "OTEL_EXPORTER_OTLP_HEADERS are sent to %s without encryption", u.Host), nil
}
