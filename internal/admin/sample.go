package admin

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// sample holds the metrics of the live plots at one time. Counters count from the start of the
// service.
type sample struct {
	at time.Time
	// requests are counted by class of status code: 2 is 2xx. Probes are left out.
	requests [10]float64
	latency  histogram
	// refused are the requests that the limiters refused.
	refused float64

	inFlight, used, idle, maximum float64

	statements, failed float64
	statementLatency   histogram
}

// histogram has cumulative counts: counts[i] observations were at most bounds[i].
type histogram struct {
	bounds []float64
	counts []float64
	total  float64
}

// takeSample reads the metrics. A missing metric is 0.
func takeSample(numbers prometheus.Gatherer, probe func(route string) bool) *sample {
	s := &sample{at: time.Now()}
	families, _ := numbers.Gather() // after an error the other metrics are still usable
	for _, family := range families {
		add, ok := plotted[family.GetName()]
		for _, m := range family.GetMetric() {
			if ok && !probe(label(m, "http_route")) {
				add(s, m)
			}
		}
	}
	return s
}

// Plotted returns the names of the metrics that the live plots read.
func Plotted() []string { return slices.Sorted(maps.Keys(plotted)) }

// plotted has a function for each metric, which adds a series of it to a sample.
var plotted = map[string]func(*sample, *dto.Metric){
	"http_server_request_duration_seconds": func(s *sample, m *dto.Metric) {
		if status := label(m, "http_response_status_code"); status != "" {
			s.requests[(status[0]-'0')%10] += float64(m.GetHistogram().GetSampleCount())
			s.latency.add(m.GetHistogram())
		}
	},
	"http_server_active_requests":     func(s *sample, m *dto.Metric) { s.inFlight += m.GetGauge().GetValue() },
	"http_server_requests_shed_total": func(s *sample, m *dto.Metric) { s.refused += m.GetCounter().GetValue() },
	"db_client_connection_count": func(s *sample, m *dto.Metric) {
		if label(m, "db_client_connection_state") == "used" {
			s.used += m.GetGauge().GetValue()
		} else {
			s.idle += m.GetGauge().GetValue()
		}
	},
	"db_client_connection_max": func(s *sample, m *dto.Metric) { s.maximum += m.GetGauge().GetValue() },
	"db_client_operation_duration_seconds": func(s *sample, m *dto.Metric) {
		n := float64(m.GetHistogram().GetSampleCount())
		s.statements += n
		if label(m, "error_type") != "" {
			s.failed += n
		}
		s.statementLatency.add(m.GetHistogram())
	},
}

func label(m *dto.Metric, name string) string {
	for _, pair := range m.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// add adds another series of the same metric, which has the same bounds.
func (h *histogram) add(other *dto.Histogram) {
	buckets := other.GetBucket()
	if h.bounds == nil {
		h.bounds, h.counts = make([]float64, len(buckets)), make([]float64, len(buckets))
	}
	for i, bucket := range buckets[:min(len(buckets), len(h.bounds))] {
		h.bounds[i] = bucket.GetUpperBound()
		h.counts[i] += float64(bucket.GetCumulativeCount())
	}
	h.total += float64(other.GetSampleCount())
}

// quantile returns the q-quantile of the observations since before. Like Prometheus, it
// interpolates linearly within a bucket. Without observations it is 0, because a plot cannot
// show a missing value.
func (h histogram) quantile(q float64, before histogram) float64 {
	rank := q * (h.total - before.total)
	if rank <= 0 {
		return 0
	}
	lower, below := 0.0, 0.0
	for i, bound := range h.bounds {
		count := h.counts[i]
		if i < len(before.counts) {
			count -= before.counts[i]
		}
		if count >= rank {
			return lower + (bound-lower)*(rank-below)/(count-below)
		}
		lower, below = bound, count
	}
	return lower // the quantile is above the last bound
}
