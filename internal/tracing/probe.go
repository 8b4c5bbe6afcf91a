// feature: check

package tracing

import "context"

// Target returns the URL that traces are sent to, or "" if tracing is off.
func (s *Settings) Target() string {
	if s.off() {
		return ""
	}
	return s.target()
}

// Probe sends a message without spans to the collector, and returns why it is not accepted.
func (s *Settings) Probe(ctx context.Context) error {
	collector, err := s.newCollector()
	if err != nil {
		return err
	}
	defer collector.CloseIdleConnections()
	return collector.UploadTraces(ctx, nil)
}
