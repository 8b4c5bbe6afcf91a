package metrics

import (
	"cmp"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// unmatched is the route label of requests that match no route.
const unmatched = "unmatched"

// maxSeries bounds the cached series: labels have few values, as clients cannot invent any.
const maxSeries = 10_000

// sizeBuckets are in bytes.
var sizeBuckets = prometheus.ExponentialBuckets(64, 8, 6)

// exemplarInterval is how often an ordinary request becomes an exemplar. An exemplar costs
// about as much as all other metrics of a request.
const exemplarInterval = 50 * time.Millisecond

// httpMetrics are the metrics of all requests. Clients cannot create series: all unknown
// paths share one, and so do unknown methods.
type httpMetrics struct {
	duration     *prometheus.HistogramVec
	requestSize  *prometheus.HistogramVec
	responseSize *prometheus.HistogramVec
	panics       prometheus.Counter

	series       *web.Cache[httpLabels, httpSeries]
	lastExemplar atomic.Int64 // Unix time in nanoseconds
}

// httpLabels identify the series of a request, and httpSeries are the series that every request has.
type (
	httpLabels struct {
		method, route string
		status        int
	}
	httpSeries struct{ duration, responseSize prometheus.Observer }
)

// Requests returns the middleware that counts and times every request, however it ends. It
// must be inside middleware.RequestInfo.
func (r Registry) Requests() web.Middleware {
	m := newHTTPMetrics()
	r.MustRegister(m.duration, m.requestSize, m.responseSize, m.panics)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer m.observe(r)
			next.ServeHTTP(w, r)
		})
	}
}

// Active registers the gauge of requests in flight by route. The caller calls the returned
// function once per route, and begin and end around each request.
func (r Registry) Active() func(route string) (begin, end func()) {
	active := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_server_active_requests", Help: "Requests in flight.",
	}, []string{"http_route"})
	r.MustRegister(active)
	return func(route string) (begin, end func()) {
		gauge := active.WithLabelValues(cmp.Or(route, unmatched))
		return gauge.Inc, gauge.Dec
	}
}

func newHTTPMetrics() *httpMetrics {
	size := func(what string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_server_" + what + "_body_size_bytes", Help: "Size of the " + what + "'s body.", Buckets: sizeBuckets,
		}, []string{"http_request_method", "http_route"})
	}
	m := &httpMetrics{
		duration: durations("http_server_request_duration_seconds", "Time from the request's header to the end of the response.",
			"http_request_method", "http_route", "http_response_status_code"),
		requestSize:  size("request"),
		responseSize: size("response"),
		panics:       prometheus.NewCounter(prometheus.CounterOpts{Name: "panics_total", Help: "Handlers that panicked."}),
	}
	m.series = web.NewCache(maxSeries, func(l httpLabels) httpSeries {
		return httpSeries{
			m.duration.WithLabelValues(l.method, l.route, strconv.Itoa(l.status)),
			m.responseSize.WithLabelValues(l.method, l.route),
		}
	})
	return m
}

func (m *httpMetrics) observe(r *http.Request) {
	info := web.InfoFrom(r.Context())
	duration := time.Since(info.Start)
	labels := labelsOf(r.Method, info)
	s := m.series.Get(labels)
	observe(s.duration, duration, m.exemplar(info, info.Start.Add(duration)))
	if info.BodyBytes > 0 { // Content-Length is only the client's claim
		m.requestSize.WithLabelValues(labels.method, labels.route).Observe(float64(info.BodyBytes))
	}
	s.responseSize.Observe(float64(info.Bytes))
	if info.Panicked {
		m.panics.Inc()
	}
}

func labelsOf(method string, info *web.Info) httpLabels {
	if !web.KnownMethod(method) {
		method = "_OTHER"
	}
	return httpLabels{method, cmp.Or(info.Route, unmatched), info.Status}
}

// exemplar returns the exemplar for a request, or nil. Failed requests, and those with an id
// that is known elsewhere, always have one; of the others, one per exemplarInterval has.
func (m *httpMetrics) exemplar(info *web.Info, now time.Time) prometheus.Labels {
	label, id, known := exemplarID(info)
	if !known && info.Status < http.StatusInternalServerError {
		last := m.lastExemplar.Load()
		if now.UnixNano()-last < int64(exemplarInterval) || !m.lastExemplar.CompareAndSwap(last, now.UnixNano()) {
			return nil
		}
	}
	return prometheus.Labels{label: id}
}

// exemplarID returns the id by which a request can be found, and whether it is known elsewhere.
// OpenMetrics limits the label and the id of an exemplar to 128 characters.
func exemplarID(info *web.Info) (label, id string, known bool) {
	if info.TraceID != "" { // feature: traces
		return "trace_id", info.TraceID, true
	}
	label = "request_id"
	return label, info.RequestID[:min(len(info.RequestID), 128-len(label))], info.ClientSentID
}

// observe adds a duration to a histogram, with an exemplar unless that is nil.
func observe(o prometheus.Observer, duration time.Duration, exemplar prometheus.Labels) {
	if exemplar == nil {
		o.Observe(duration.Seconds())
		return
	}
	o.(prometheus.ExemplarObserver).ObserveWithExemplar(duration.Seconds(), exemplar)
}
