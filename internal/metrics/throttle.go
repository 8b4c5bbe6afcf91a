package metrics

import "github.com/prometheus/client_golang/prometheus"

// Throttled registers the count of requests that are refused because their client has sent too many,
// by reason. The caller calls the returned function for each, with one of the reasons.
func (r Registry) Throttled(reasons ...string) func(reason string) {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_server_requests_throttled_total", Help: "Requests refused because their client has sent too many.",
	}, []string{"reason"})
	r.MustRegister(refused)
	counters := map[string]prometheus.Counter{}
	for _, reason := range reasons {
		counters[reason] = refused.WithLabelValues(reason)
	}
	return func(reason string) { counters[reason].Inc() }
}
