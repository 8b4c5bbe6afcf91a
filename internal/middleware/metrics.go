package middleware

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// Buckets of durations in seconds, as OpenTelemetry's conventions for HTTP advise,
// and of sizes in bytes.
var (
	durationBuckets = []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}
	sizeBuckets     = prometheus.ExponentialBuckets(64, 8, 6)
)

// httpMetrics are the numbers of all requests. No label comes from what a client
// can invent: a path that is unknown is one series, and so is a method.
type httpMetrics struct {
	duration     *prometheus.HistogramVec
	active       prometheus.Gauge
	requestSize  prometheus.Histogram
	responseSize prometheus.Histogram
	panics       prometheus.Counter
}

// Metrics counts and times every request, however it ends.
func Metrics(registry prometheus.Registerer) web.Middleware {
	size := func(what string) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: "http_server_" + what + "_body_size_bytes", Help: "Size of a " + what + "'s body.", Buckets: sizeBuckets}
	}
	m := httpMetrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_server_request_duration_seconds", Help: "Time from a request's header to the end of its answer.", Buckets: durationBuckets,
		}, []string{"http_request_method", "http_route", "http_response_status_code"}),
		active:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "http_server_active_requests", Help: "Requests in flight."}),
		requestSize:  prometheus.NewHistogram(size("request")),
		responseSize: prometheus.NewHistogram(size("response")),
		panics:       prometheus.NewCounter(prometheus.CounterOpts{Name: "panics_total", Help: "Handlers that panicked."}),
	}
	registry.MustRegister(m.duration, m.active, m.requestSize, m.responseSize, m.panics)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m.active.Inc()
			start := time.Now()
			defer func() {
				m.active.Dec()
				m.observe(r, time.Since(start))
			}()
			next.ServeHTTP(w, r)
		})
	}
}

func (m *httpMetrics) observe(r *http.Request, duration time.Duration) {
	info := web.InfoFrom(r.Context())
	method := r.Method
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		method = "_OTHER"
	}
	route := info.Route
	if route == "" {
		route = "unmatched"
	}
	m.duration.WithLabelValues(method, route, strconv.Itoa(info.Status)).Observe(duration.Seconds())
	m.requestSize.Observe(float64(max(r.ContentLength, 0)))
	m.responseSize.Observe(float64(info.Bytes))
	if info.Panicked {
		m.panics.Inc()
	}
}
