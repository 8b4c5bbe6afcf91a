// Package metrics collects what Prometheus asks for, under the names of
// OpenTelemetry's semantic conventions in Prometheus' form. It does not know
// the routes, nor what the numbers of others mean.
package metrics

import (
	"compress/gzip"
	"errors"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"example.com/templatesite/internal/web"
)

// Registry holds the metrics of the service that are at hand, and apart from them
// those that something has to be asked for: only a scrape does.
type Registry struct {
	*prometheus.Registry
	asking *prometheus.Registry
}

// New returns a registry that has the Go runtime, the process, and which build
// this is.
func New(version, commit, goVersion string) Registry {
	r := Registry{prometheus.NewRegistry(), prometheus.NewRegistry()}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "build_info", Help: "Always 1: the labels say which build this is.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit, "go_version": goVersion},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// maxScrapes is how many are collected at once: for two Prometheus servers and a person.
// Each asks the database, whose connections are for the clients.
const maxScrapes = 3

// Handler answers GET /metrics, with exemplars and native histograms for a
// Prometheus that asks for them. One scrape too many is answered with 503.
func (r Registry) Handler() http.Handler {
	// promhttp compresses by itself, but that is a sixth of the time of a scrape.
	compress, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // the options are constants
	}
	collecting := web.NewLimiter(maxScrapes)
	return compress(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !collecting.Acquire(req.Context()) {
			web.WriteProblem(w, req, web.NewProblem(http.StatusServiceUnavailable, "Too many requests for the metrics at once. Try again later.").RetryAfter(5))
			return
		}
		families, err := r.collect(collecting)
		// promhttp's own limit would include the time that a client takes to read.
		promhttp.HandlerFor(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, err }), promhttp.HandlerOpts{
			Registry: r, EnableOpenMetrics: true, DisableCompression: true,
		}).ServeHTTP(w, req)
	}))
}

func (r Registry) collect(collecting *web.Limiter) ([]*dto.MetricFamily, error) {
	defer collecting.Release()
	return r.gather()
}

// gather returns all metrics. Those that somebody has to be asked for come last and side by
// side: the goroutines that ask would be among those that are counted. No name is in both,
// so nothing is to be merged, which prometheus.Gatherers would check and sort everything for.
func (r Registry) gather() ([]*dto.MetricFamily, error) {
	atHand, err := r.Gather()
	asked, errAsking := r.asking.Gather()
	return append(atHand, asked...), errors.Join(err, errAsking)
}

// durations is a histogram of seconds, with classic buckets that are fine where a
// healthy service is, and native ones for a Prometheus that asks for them.
func durations(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help,
		Buckets:                        []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		NativeHistogramBucketFactor:    1.1,
		NativeHistogramMaxBucketNumber: 100,
	}, labels)
}

// Refused counts the requests that were refused because there was too much to do.
// The function that it returns is told of each.
func (r Registry) Refused() func(reads bool) {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_server_requests_shed_total", Help: "Requests that were refused because there was too much to do.",
	}, []string{"kind"})
	r.MustRegister(refused)
	kinds := map[bool]prometheus.Counter{true: refused.WithLabelValues("read"), false: refused.WithLabelValues("change")}
	return func(reads bool) { kinds[reads].Inc() }
}

// WrongTokens counts wrong tokens that were sent to the admin address. The function that
// it returns is told of each.
func (r Registry) WrongTokens() func() {
	wrong := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "admin_wrong_tokens_total", Help: "Wrong tokens that were sent to the admin address.",
	})
	r.MustRegister(wrong)
	return wrong.Inc
}
