package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"
)

// goal is the limit for a value. The zero goal is no limit.
type goal struct {
	limit float64
	// atLeast reports whether the limit is a minimum. Otherwise it is a maximum.
	atLeast bool
	unit    string
}

func (g goal) String() string {
	switch {
	case g.limit == 0:
		return ""
	case g.atLeast:
		return fmt.Sprintf("≥ %g%s", g.limit, g.unit)
	}
	return fmt.Sprintf("≤ %g%s", g.limit, g.unit)
}

// row is one line of the table. It shows the CPU time per request because, unlike the rate, that
// excludes the clients and PostgreSQL, and hardly depends on other load on the machine.
type row struct {
	engine, what      string
	service, baseline string
	ratio             string
	p99, cpu          [2]string // of the service and the baseline
	goal              goal
	// value is compared with the goal.
	value float64
}

func (r row) missed() bool {
	switch {
	case r.goal.limit == 0:
		return false
	case r.goal.atLeast:
		return r.value < r.goal.limit
	}
	return r.value > r.goal.limit
}

// verdict is empty without a goal.
func (r row) verdict() string {
	switch {
	case r.goal.limit == 0:
		return ""
	case r.missed():
		return "MISSED"
	}
	return "ok"
}

// caseRow summarizes the rounds of one case.
func caseRow(engine string, c testCase, pairs []pair) row {
	var perSecond, cpu, latencies [2][]float64
	var ratios []float64
	for _, p := range pairs {
		ratios = append(ratios, p.service.perSecond()/p.baseline.perSecond())
		for i, l := range []*load{&p.service, &p.baseline} {
			perSecond[i] = append(perSecond[i], l.perSecond())
			cpu[i] = append(cpu[i], l.cpuEach().Seconds())
			for _, latency := range l.latencies {
				latencies[i] = append(latencies[i], latency.Seconds())
			}
		}
	}
	r := row{
		engine: engine, what: c.name, goal: c.goal, value: median(ratios),
		service: fmt.Sprintf("%.0f/s", median(perSecond[0])), baseline: fmt.Sprintf("%.0f/s", median(perSecond[1])),
		ratio: fmt.Sprintf("%.2f ± %.2f", median(ratios), uncertainty(ratios)),
	}
	for i := range 2 {
		r.p99[i] = fmt.Sprintf("%.1f ms", percentile(latencies[i], 0.99)*1e3)
		r.cpu[i] = fmt.Sprintf("%.0f µs", median(cpu[i])*1e6)
	}
	return r
}

// uncertainty returns the standard error of the median of normally distributed values. It is
// infinite for a single value.
func uncertainty(values []float64) float64 {
	n := float64(len(values))
	if n < 2 {
		return math.Inf(1)
	}
	var sum, squares float64
	for _, v := range values {
		sum += v
		squares += v * v
	}
	variance := max(0, squares-sum*sum/n) / (n - 1) // rounding may make it negative
	return math.Sqrt(math.Pi / 2 * variance / n)
}

// startRow summarizes the starts of the service, next to the baseline's.
func startRow(e *engine) row {
	begin := median(e.starts)
	return row{
		engine: e.name, what: "start to first 200", service: milliseconds(begin), baseline: milliseconds(e.baseline.ready),
		goal: goal{limit: 100, unit: " ms"}, value: begin.Seconds() * 1e3,
	}
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }

// megabytes formats a size. 0 means that the system does not report it.
func megabytes(n float64) string {
	if n == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.0f MB", n)
}

// printTable prints the table and reports whether a goal was missed. other is the name of the side
// that the service was compared with.
func printTable(w io.Writer, other string, table []row) (missed bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "engine\tmeasurement\tservice\t%s\tratio\tgoal\t\tp99\t%[1]s p99\tCPU\t%[1]s CPU\n", other)
	for _, r := range table {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.engine, r.what, r.service, r.baseline, r.ratio,
			r.goal, r.verdict(), r.p99[0], r.p99[1], r.cpu[0], r.cpu[1])
		missed = missed || r.missed()
	}
	_ = t.Flush() // an error is ignored, as usual for fmt.Print
	return missed
}
