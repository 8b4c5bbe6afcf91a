// Package metrics collects and serves Prometheus metrics. Their names follow
// OpenTelemetry's semantic conventions, in the form that Prometheus uses. It does not know the
// routes or the resources.
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

// Registry holds the metrics of the service. Those in onScrape query the database or the health
// checks, so only a scrape collects them; the embedded Registry is cheap to gather.
type Registry struct {
	*prometheus.Registry
	onScrape *prometheus.Registry
}

// New returns a registry with the metrics of the Go runtime, of the process and of the build.
func New(version, commit, goVersion string) Registry {
	r := Registry{prometheus.NewRegistry(), prometheus.NewRegistry()}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "build_info", Help: "Always 1; its labels identify the build.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit, "go_version": goVersion},
	})
	build.Set(1)
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// maxScrapes is how many scrapes collect concurrently: enough for two Prometheus servers and
// a person. Each scrape queries the database, whose connections are for the API.
const maxScrapes = 3

// Handler serves GET /metrics, with exemplars and native histograms when the client accepts
// them. A scrape beyond maxScrapes gets a 503.
func (r Registry) Handler() http.Handler {
	// promhttp's own compression takes a sixth of a scrape's time.
	compress, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // the options are constants
	}
	limiter := web.NewLimiter(maxScrapes)
	return compress(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !limiter.Acquire(req.Context()) {
			web.WriteProblem(w, req, web.NewProblem(http.StatusServiceUnavailable, "Too many concurrent scrapes. Try again later.").RetryAfter(5))
			return
		}
		families, err := r.collect(limiter)
		// promhttp's own limit would include the time that the client takes to read.
		promhttp.HandlerFor(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, err }), promhttp.HandlerOpts{
			Registry: r, EnableOpenMetrics: true, DisableCompression: true,
		}).ServeHTTP(w, req)
	}))
}

func (r Registry) collect(limiter *web.Limiter) ([]*dto.MetricFamily, error) {
	defer limiter.Release()
	return r.gather()
}

// gather returns all metrics. It collects onScrape last, because the goroutines that collect it
// would be counted in go_goroutines. prometheus.Gatherers would sort and merge the families,
// but no name is in both registries.
func (r Registry) gather() ([]*dto.MetricFamily, error) {
	cheap, err := r.Gather()
	queried, errScrape := r.onScrape.Gather()
	return append(cheap, queried...), errors.Join(err, errScrape)
}

// durations returns a histogram of seconds. Its classic buckets are narrow in the range of
// a healthy service; native ones go to clients that accept them.
func durations(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help,
		Buckets:                        []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		NativeHistogramBucketFactor:    1.1,
		NativeHistogramMaxBucketNumber: 100,
	}, labels)
}

// Refused registers the count of requests that the limiters refuse. The caller calls the
// returned function for each; reads is whether the request only reads.
func (r Registry) Refused() func(reads bool) {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_server_requests_shed_total", Help: "Requests refused because of overload.",
	}, []string{"kind"})
	r.MustRegister(refused)
	kinds := map[bool]prometheus.Counter{true: refused.WithLabelValues("read"), false: refused.WithLabelValues("change")}
	return func(reads bool) { kinds[reads].Inc() }
}

// WrongTokens registers the count of wrong admin tokens. The caller calls the returned
// function for each.
func (r Registry) WrongTokens() func() {
	wrong := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "admin_wrong_tokens_total", Help: "Wrong tokens sent to the admin address.",
	})
	r.MustRegister(wrong)
	return wrong.Inc
}
