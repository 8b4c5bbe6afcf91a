package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"
)

// goal is what is wanted of a value; the zero goal wants nothing.
type goal struct {
	limit float64
	// atLeast says on which side of the limit it is good to be.
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

// row is one line of the table, as it is shown. The processor time for a request
// is there because, unlike the rate, it leaves out what the load and the database
// take, and hardly changes with what else the machine does.
type row struct {
	engine, what   string
	service, floor string
	ratio          string
	p99, cpu       [2]string // of service and floor
	goal           goal
	// value is what the goal is about.
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

// verdict is empty where nothing is wanted.
func (r row) verdict() string {
	switch {
	case r.goal.limit == 0:
		return ""
	case r.missed():
		return "MISSED"
	}
	return "ok"
}

// caseRow sums up the rounds of one case.
func caseRow(engine string, c testCase, pairs []pair) row {
	var perSecond, cpu, latencies [2][]float64
	var ratios []float64
	for _, p := range pairs {
		ratios = append(ratios, p.service.perSecond()/p.floor.perSecond())
		for i, l := range []*load{&p.service, &p.floor} {
			perSecond[i] = append(perSecond[i], l.perSecond())
			cpu[i] = append(cpu[i], l.cpuEach().Seconds())
			for _, latency := range l.latencies {
				latencies[i] = append(latencies[i], latency.Seconds())
			}
		}
	}
	r := row{
		engine: engine, what: c.name, goal: c.goal, value: median(ratios),
		service: fmt.Sprintf("%.0f/s", median(perSecond[0])), floor: fmt.Sprintf("%.0f/s", median(perSecond[1])),
		ratio: fmt.Sprintf("%.2f ± %.2f", median(ratios), uncertainty(ratios)),
	}
	for i := range 2 {
		r.p99[i] = fmt.Sprintf("%.1f ms", percentile(latencies[i], 0.99)*1e3)
		r.cpu[i] = fmt.Sprintf("%.0f µs", median(cpu[i])*1e6)
	}
	return r
}

// uncertainty is the standard error of the median of values that are spread normally; one
// value alone may be off by anything.
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
	variance := max(0, squares-sum*sum/n) / (n - 1) // rounding may take it below 0
	return math.Sqrt(math.Pi / 2 * variance / n)
}

// startRow sums up the starts. The floor's is there for comparison.
func startRow(e *engine) row {
	begin := median(e.starts)
	return row{
		engine: e.name, what: "start to first 200", service: milliseconds(begin), floor: milliseconds(e.floor.ready),
		goal: goal{limit: 100, unit: " ms"}, value: begin.Seconds() * 1e3,
	}
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }

// megabytes shows 0 as what it means: that this system does not tell.
func megabytes(n float64) string {
	if n == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.0f MB", n)
}

// printTable prints what the service was compared with under the name other, and reports
// whether a goal was missed.
func printTable(w io.Writer, other string, table []row) (missed bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "engine\twhat\tservice\t%s\tratio\twanted\t\tp99\t%[1]s's\tCPU\t%[1]s's\n", other)
	for _, r := range table {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.engine, r.what, r.service, r.floor, r.ratio,
			r.goal, r.verdict(), r.p99[0], r.p99[1], r.cpu[0], r.cpu[1])
		missed = missed || r.missed()
	}
	_ = t.Flush() // as with fmt.Print, there is nobody to tell
	return missed
}
