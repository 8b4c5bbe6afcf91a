package metrics

import "github.com/prometheus/client_golang/prometheus"

var checkDesc = prometheus.NewDesc("health_check_up", "Whether something that the service needs works: 1, else 0.", []string{"check"}, nil)

// checks is a collector of the state of the health checks.
type checks struct{ status func() map[string]bool }

// Health shows whether each health check is well. The function is asked at every
// scrape.
func (r Registry) Health(status func() map[string]bool) { r.asking.MustRegister(checks{status}) }

func (c checks) Describe(out chan<- *prometheus.Desc) { out <- checkDesc }

func (c checks) Collect(out chan<- prometheus.Metric) {
	for name, well := range c.status() {
		up := 0.0
		if well {
			up = 1
		}
		out <- prometheus.MustNewConstMetric(checkDesc, prometheus.GaugeValue, up, name)
	}
}
