package admin

import (
	"math"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestQuantilesBetweenTwoSamplesMatchPrometheus(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, since []float64
		q, want       float64
	}{
		"no observations":                   {[]float64{.1, 2}, nil, .5, 0},
		"all in the first bucket":           {nil, []float64{.05, .05, .05, .05}, .5, .05},
		"halfway through a bucket":          {nil, []float64{.2, .2}, .5, .15},
		"the end of a bucket":               {nil, []float64{.05, .2}, .99, .198},
		"earlier observations are left out": {[]float64{.9, .9, .9}, []float64{.05, .05}, .5, .05},
		"above the last bound":              {nil, []float64{5, 5}, .5, 1},
		"an empty bucket":                   {nil, []float64{.05, .9}, .75, .6},
	} {
		registry := prometheus.NewRegistry()
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_server_request_duration_seconds", Buckets: []float64{.1, .2, 1},
		}, []string{"http_response_status_code", "http_route"})
		registry.MustRegister(h)
		observe := func(all []float64) *sample {
			for i, v := range all {
				h.WithLabelValues([]string{"200", "404"}[i%2], "/shelf/").Observe(v)
				h.WithLabelValues("200", "/livez").Observe(100)
			}
			return takeSample(registry, func(route string) bool { return route == "/livez" })
		}
		previous := observe(tt.before)
		current := observe(tt.since)
		if got := current.latency.quantile(tt.q, previous.latency); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if n := current.requests[2] + current.requests[4]; n != float64(len(tt.before)+len(tt.since)) {
			t.Errorf("%s: %v requests", name, n)
		}
	}
}
