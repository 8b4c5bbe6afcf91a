// Package metrics collects what Prometheus asks for, under the names of
// OpenTelemetry's semantic conventions in Prometheus' form. It does not know
// the routes, nor what the numbers of others mean.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Registry holds every metric of the service.
type Registry struct{ *prometheus.Registry }

// New returns a registry that has the Go runtime, the process, and which build
// this is.
func New(version, commit, goVersion string) Registry {
	r := Registry{prometheus.NewRegistry()}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "build_info", Help: "Always 1: the labels say which build this is.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit, "go_version": goVersion},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Handler answers GET /metrics.
func (r Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{Registry: r})
}

// LogSink counts the records that a receiver of the log has lost.
func (r Registry) LogSink(name string, dropped func() uint64) {
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "log_records_dropped_total", Help: "Log records that a slow or missing receiver has lost.",
		ConstLabels: prometheus.Labels{"sink": name},
	}, func() float64 { return float64(dropped()) }))
}
