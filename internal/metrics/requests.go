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

// unmatched is the route of the paths that have none.
const unmatched = "unmatched"

// sizeBuckets are of sizes in bytes.
var sizeBuckets = prometheus.ExponentialBuckets(64, 8, 6)

// exemplarInterval is how often a request that nobody follows becomes an exemplar:
// each costs about as much as all other numbers of a request.
const exemplarInterval = 50 * time.Millisecond

// httpMetrics are the numbers of all requests. No label comes from what a client
// can invent: a path that is unknown is one series, and so is a method.
type httpMetrics struct {
	duration     *prometheus.HistogramVec
	requestSize  *prometheus.HistogramVec
	responseSize *prometheus.HistogramVec
	panics       prometheus.Counter

	known    *known[httpLabels, httpSeries]
	exemplar atomic.Int64 // when there was one last, in nanoseconds since 1970
}

// httpLabels are what the requests of a series have in common, and httpSeries what is
// measured of each of them.
type (
	httpLabels struct {
		method, route string
		status        int
	}
	httpSeries struct{ duration, responseSize prometheus.Observer }
)

// Requests returns the middleware that counts and times every request, however it
// ends. It must be behind the one that identifies them.
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

// Active counts the requests in flight by their route. The function that it returns is
// asked once for each route, and returns what is told of the begin and the end of a
// request.
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
			Name: "http_server_" + what + "_body_size_bytes", Help: "Size of a " + what + "'s body.", Buckets: sizeBuckets,
		}, []string{"http_request_method", "http_route"})
	}
	m := &httpMetrics{
		duration: durations("http_server_request_duration_seconds", "Time from a request's header to the end of its answer.",
			"http_request_method", "http_route", "http_response_status_code"),
		requestSize:  size("request"),
		responseSize: size("response"),
		panics:       prometheus.NewCounter(prometheus.CounterOpts{Name: "panics_total", Help: "Handlers that panicked."}),
	}
	m.known = newKnown(func(l httpLabels) httpSeries {
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
	s := m.known.of(labels)
	observe(s.duration, duration, m.exemplarOf(info, info.Start.Add(duration)))
	if info.BodyBytes > 0 { // and not what a client claims
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

// exemplarOf leads from a bucket to one request in it: always to one that somebody
// follows or that has failed, and now and then to any.
func (m *httpMetrics) exemplarOf(info *web.Info, now time.Time) prometheus.Labels {
	last := m.exemplar.Load()
	if !leads(info) && info.Status < http.StatusInternalServerError && (now.UnixNano()-last < int64(exemplarInterval) || !m.exemplar.CompareAndSwap(last, now.UnixNano())) {
		return nil
	}
	return exemplar(info)
}

// leads reports whether somebody looks for this request by one of its ids.
func leads(info *web.Info) bool { return info.TraceID != "" || info.ClientSentID }

func exemplar(info *web.Info) prometheus.Labels {
	if info.TraceID != "" {
		return prometheus.Labels{"trace_id": info.TraceID}
	}
	// OpenMetrics allows 128 characters, name included.
	return prometheus.Labels{"request_id": info.ID[:min(len(info.ID), 128-len("request_id"))]}
}

// observe counts a duration, with what leads to a request that took it, if anything does.
func observe(o prometheus.Observer, duration time.Duration, exemplar prometheus.Labels) {
	if exemplar == nil {
		o.Observe(duration.Seconds())
		return
	}
	o.(prometheus.ExemplarObserver).ObserveWithExemplar(duration.Seconds(), exemplar)
}
