package admin

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// sample is what the live plots need of the metrics at one moment. What counts counts
// from the start of the service.
type sample struct {
	at time.Time
	// requests are those of each class of status: 2 is 2xx. Probes are left out.
	requests [10]float64
	latency  histogram
	// refused are the requests that were, as there was too much to do.
	refused float64

	inFlight, used, idle, most float64

	statements, failed float64
	statementLatency   histogram
}

// histogram counts what took at most as long as each bound, and all.
type histogram struct {
	bounds []float64
	counts []float64
	all    float64
}

// take reads the metrics. What is not there is 0.
func take(numbers prometheus.Gatherer, probe func(route string) bool) *sample {
	s := &sample{at: time.Now()}
	families, _ := numbers.Gather() // a number that cannot be had is no reason to show none
	for _, family := range families {
		add, wanted := plotted[family.GetName()]
		for _, m := range family.GetMetric() {
			if wanted && !probe(label(m, "http_route")) {
				add(s, m)
			}
		}
	}
	return s
}

// Plotted are the names of the metrics that the live plots are made of.
func Plotted() []string { return slices.Sorted(maps.Keys(plotted)) }

// plotted adds a series of a metric to a sample.
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
	"db_client_connection_max": func(s *sample, m *dto.Metric) { s.most += m.GetGauge().GetValue() },
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

// add adds another series of the same metric, whose bounds are the same.
func (h *histogram) add(other *dto.Histogram) {
	buckets := other.GetBucket()
	if h.bounds == nil {
		h.bounds, h.counts = make([]float64, len(buckets)), make([]float64, len(buckets))
	}
	for i, bucket := range buckets[:min(len(buckets), len(h.bounds))] {
		h.bounds[i] = bucket.GetUpperBound()
		h.counts[i] += float64(bucket.GetCumulativeCount())
	}
	h.all += float64(other.GetSampleCount())
}

// quantile is how long that part of what happened since before has taken at most. Within
// a bucket it is taken to be spread evenly, as Prometheus does. It is 0 when nothing
// happened, for a plot cannot show that there is nothing.
func (h histogram) quantile(q float64, before histogram) float64 {
	rank := q * (h.all - before.all)
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
	return lower // it took longer than the last bound
}
