package admin

import (
	"time"

	"github.com/arl/statsviz"
	"github.com/prometheus/client_golang/prometheus"
)

// sampler computes the points of the plots from the last two samples of the metrics. It is
// used by one goroutine of statsviz.
type sampler struct {
	numbers prometheus.Gatherer
	probe   func(route string) bool
	// active reports whether there are viewers.
	active func() bool

	updated           time.Time
	previous, current *sample
}

// update takes a new sample, unless one was taken in this interval. The first series that is read
// in an interval takes it for all series.
func (s *sampler) update() {
	if time.Since(s.updated) < interval/2 {
		return
	}
	s.updated = time.Now()
	if !s.active() {
		s.previous, s.current = nil, nil
		return
	}
	s.previous, s.current = s.current, takeSample(s.numbers, s.probe)
}

// change returns a series of changes between two samples. It is 0 at the first sample.
func (s *sampler) change(between func(previous, current *sample) float64) func() float64 {
	return func() float64 {
		if s.update(); s.previous == nil {
			return 0
		}
		return between(s.previous, s.current)
	}
}

// gauge returns a series of a value of the current sample.
func (s *sampler) gauge(value func(*sample) float64) func() float64 {
	return func() float64 {
		if s.update(); s.current == nil {
			return 0
		}
		return value(s.current)
	}
}

// rate returns a series of the increase of a counter per second.
func (s *sampler) rate(count func(*sample) float64) func() float64 {
	return s.change(func(previous, current *sample) float64 {
		return (count(current) - count(previous)) / current.at.Sub(previous.at).Seconds()
	})
}

func (s *sampler) quantile(q float64, of func(*sample) histogram) func() float64 {
	return s.change(func(previous, current *sample) float64 { return of(current).quantile(q, of(previous)) })
}

// plots returns the plots of the service, in their order on the page.
func (s *sampler) plots() []statsviz.TimeSeriesPlotConfig {
	status := func(class int) func() float64 {
		return s.rate(func(a *sample) float64 { return a.requests[class] })
	}
	latency := func(a *sample) histogram { return a.latency }
	statementLatency := func(a *sample) histogram { return a.statementLatency }
	return []statsviz.TimeSeriesPlotConfig{
		bars("requests", "Requests per second", "By class of status code. Health probes are left out, here and in the latency.",
			line("2xx", "/s", status(2)), line("3xx", "/s", status(3)), line("4xx", "/s", status(4)), line("5xx", "/s", status(5))),
		lines("latency", "Latency of requests", "s", "The median (p50) and the 99th percentile (p99) of the last second.",
			line("p50", "s", s.quantile(.5, latency)), line("p99", "s", s.quantile(.99, latency))),
		lines("in-flight", "Requests in flight and refused", "", "Requests are refused when too many are in flight.",
			line("in flight", "", s.gauge(func(a *sample) float64 { return a.inFlight })),
			line("refused", "/s", s.rate(func(a *sample) float64 { return a.refused }))),
		lines("connections", "Connections to the database", "", "When the maximum is in use, requests wait for a connection.",
			line("used", "", s.gauge(func(a *sample) float64 { return a.used })),
			line("idle", "", s.gauge(func(a *sample) float64 { return a.idle })),
			line("maximum", "", s.gauge(func(a *sample) float64 { return a.maximum }))),
		bars("statements", "Database statements per second", "Failed statements had an error of any kind.",
			line("succeeded", "/s", s.rate(func(a *sample) float64 { return a.statements - a.failed })),
			line("failed", "/s", s.rate(func(a *sample) float64 { return a.failed }))),
		lines("statement-latency", "Latency of statements", "s", "The median (p50) and the 99th percentile (p99) of the last second.",
			line("p50", "s", s.quantile(.5, statementLatency)), line("p99", "s", s.quantile(.99, statementLatency))),
	}
}

func lines(name, title, unit, about string, series ...statsviz.TimeSeries) statsviz.TimeSeriesPlotConfig {
	return statsviz.TimeSeriesPlotConfig{
		Name: name, Title: title, Type: statsviz.Scatter, InfoText: about, YAxisTickSuffix: unit, Series: series,
	}
}

func bars(name, title, about string, series ...statsviz.TimeSeries) statsviz.TimeSeriesPlotConfig {
	p := lines(name, title, "", about, series...)
	p.Type, p.BarMode = statsviz.Bar, statsviz.Stack
	return p
}

func line(name, unit string, value func() float64) statsviz.TimeSeries {
	return statsviz.TimeSeries{Name: name, Unitfmt: "%{y:.3s}" + unit, GetValue: value}
}
