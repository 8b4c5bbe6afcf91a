package admin

import (
	"math"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// Whatever is observed between two samples, the quantiles are those of a Prometheus.
func TestQuantileIsThatOfWhatHappenedSince(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, since []float64
		q, want       float64
	}{
		"nothing happened":            {[]float64{.1, 2}, nil, .5, 0},
		"all in the first bucket":     {nil, []float64{.05, .05, .05, .05}, .5, .05},
		"half way through a bucket":   {nil, []float64{.2, .2}, .5, .15},
		"the end of a bucket":         {nil, []float64{.05, .2}, .99, .198},
		"what was before is left out": {[]float64{.9, .9, .9}, []float64{.05, .05}, .5, .05},
		"longer than the last bound":  {nil, []float64{5, 5}, .5, 1},
		"a bucket with nothing in it": {nil, []float64{.05, .9}, .75, .6},
	} {
		registry := prometheus.NewRegistry()
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_server_request_duration_seconds", Buckets: []float64{.1, .2, 1},
		}, []string{"http_response_status_code", "http_route"})
		registry.MustRegister(h)
		observe := func(all []float64) *sample {
			for i, v := range all {
				h.WithLabelValues([]string{"200", "404"}[i%2], "/tweet/").Observe(v)
				h.WithLabelValues("200", "/livez").Observe(100)
			}
			return take(registry, func(route string) bool { return route == "/livez" })
		}
		was := observe(tt.before)
		is := observe(tt.since)
		if got := is.latency.quantile(tt.q, was.latency); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if n := is.requests[2] + is.requests[4]; n != float64(len(tt.before)+len(tt.since)) {
			t.Errorf("%s: %v requests", name, n)
		}
	}
}
