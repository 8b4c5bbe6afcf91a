package admin

import (
	"time"

	"github.com/arl/statsviz"
	"github.com/prometheus/client_golang/prometheus"
)

// sampler makes points of the plots from the last two samples of the metrics. It
// belongs to the goroutine that asks for the points.
type sampler struct {
	numbers prometheus.Gatherer
	probe   func(route string) bool
	// wanted reports whether somebody looks.
	wanted func() bool

	asked   time.Time
	was, is *sample
}

// look takes a sample when none was taken for this moment: the first series that asks
// takes it for all of them.
func (s *sampler) look() {
	if time.Since(s.asked) < interval/2 {
		return
	}
	s.asked = time.Now()
	if !s.wanted() {
		s.was, s.is = nil, nil
		return
	}
	s.was, s.is = s.is, take(s.numbers, s.probe)
}

// since is what has changed since the sample before; at first nothing has.
func (s *sampler) since(change func(was, is *sample) float64) func() float64 {
	return func() float64 {
		if s.look(); s.was == nil {
			return 0
		}
		return change(s.was, s.is)
	}
}

// now is how something is.
func (s *sampler) now(gauge func(*sample) float64) func() float64 {
	return func() float64 {
		if s.look(); s.is == nil {
			return 0
		}
		return gauge(s.is)
	}
}

// rate is what a count grows by in a second.
func (s *sampler) rate(count func(*sample) float64) func() float64 {
	return s.since(func(was, is *sample) float64 {
		return (count(is) - count(was)) / is.at.Sub(was.at).Seconds()
	})
}

func (s *sampler) quantile(q float64, of func(*sample) histogram) func() float64 {
	return s.since(func(was, is *sample) float64 { return of(is).quantile(q, of(was)) })
}

// plots are our own, in their order on the page.
func (s *sampler) plots() []statsviz.TimeSeriesPlotConfig {
	status := func(class int) func() float64 {
		return s.rate(func(a *sample) float64 { return a.requests[class] })
	}
	latency := func(a *sample) histogram { return a.latency }
	statementLatency := func(a *sample) histogram { return a.statementLatency }
	return []statsviz.TimeSeriesPlotConfig{
		bars("requests", "Requests per second", "By the class of their status. Probes are left out, here and in the latency.",
			line("2xx", "/s", status(2)), line("3xx", "/s", status(3)), line("4xx", "/s", status(4)), line("5xx", "/s", status(5))),
		lines("latency", "Latency of requests", "s", "Half of the requests of the last second took at most p50, 99 of 100 at most p99.",
			line("p50", "s", s.quantile(.5, latency)), line("p99", "s", s.quantile(.99, latency))),
		lines("in-flight", "Requests in flight, and refused", "", "Refused are those that were not worked on in this second, as there was too much to do.",
			line("in flight", "", s.now(func(a *sample) float64 { return a.inFlight })),
			line("refused", "/s", s.rate(func(a *sample) float64 { return a.refused }))),
		lines("connections", "Connections to the database", "", "When as many are used as may be open, requests wait for one.",
			line("used", "", s.now(func(a *sample) float64 { return a.used })),
			line("idle", "", s.now(func(a *sample) float64 { return a.idle })),
			line("may be open", "", s.now(func(a *sample) float64 { return a.most }))),
		bars("statements", "Statements of the database per second", "Failed are those that had an error of any kind.",
			line("succeeded", "/s", s.rate(func(a *sample) float64 { return a.statements - a.failed })),
			line("failed", "/s", s.rate(func(a *sample) float64 { return a.failed }))),
		lines("statement-latency", "Latency of statements", "s", "Half of the statements of the last second took at most p50, 99 of 100 at most p99.",
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
