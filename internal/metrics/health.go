package metrics

import "github.com/prometheus/client_golang/prometheus"

var checkDesc = prometheus.NewDesc("health_check_up", "1 if the check passes, else 0.", []string{"check"}, nil)

// checks collects the results of the health checks.
type checks struct{ status func() map[string]bool }

// Health registers the results of the health checks. Each scrape calls status, which returns
// whether each check passes.
func (r Registry) Health(status func() map[string]bool) { r.onScrape.MustRegister(checks{status}) }

func (c checks) Describe(out chan<- *prometheus.Desc) { out <- checkDesc }

func (c checks) Collect(out chan<- prometheus.Metric) {
	for name, passes := range c.status() {
		up := 0.0
		if passes {
			up = 1
		}
		out <- prometheus.MustNewConstMetric(checkDesc, prometheus.GaugeValue, up, name)
	}
}
