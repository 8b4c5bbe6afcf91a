package faults

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"
)

// Promise 4: asked for more than it can do, the service does what it can, and
// refuses the rest at once. What it can do is measured in the same run, with 32
// clients; then come three and ten times as many as can wait and be worked for at once,
// and who is refused comes back when he is told to.
//
// Here a slow network before the database sets the pace.
func TestOverloadOfTheDatabase(t *testing.T) {
	requireFaults(t)
	server, direct := newPostgres(t)
	command(t, direct, "loaddata")
	network, url := newDatabaseProxy(t, server)
	s := startService(t, url)
	network.slow(10 * time.Millisecond)
	measureOverloads(t, s, "a slow database", get(item(s.URL)))
	if rounds(0, 1) > 0 {
		measureOverloads(t, s, "a slow database, reads and changes", mix(get(item(s.URL)), post(s.URL)))
	}
}

// Here the processor sets the pace, of which the service has one; the load has to
// share the others with whatever else runs, which in CI is too much.
func TestOverloadOfTheProcessor(t *testing.T) {
	requireFaults(t)
	if rounds(0, 1) == 0 {
		t.Skip("a share of a processor can only be measured on a quiet machine: make faults runs this")
	}
	s := startWrapped(t, []string{"taskset", "-c", "0"}, newSQLite(t), "GOMAXPROCS=1")
	runFor(t, time.Second, 8, post(s.URL))
	measureOverloads(t, s, "one processor", get(collection(s.URL)+"?limit=100"))
}

// A service with the default settings works for 16 clients at once, 128 more wait.
const clients, capacity = 32, 16 + 128

func measureOverloads(t *testing.T, s *service, name string, work request) {
	t.Helper()
	// Clients that run on one processor leave the other to the service.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	polite := func(l *load, worker, n int) answer {
		a := work(l, worker, n)
		time.Sleep(a.retryAfter)
		return a
	}
	runFor(t, time.Second, clients, work)
	for _, factor := range []int{3, 10} {
		measureOverload(t, s, fmt.Sprintf("%s, %d times the clients", name, factor), work, func() []answer {
			return runFor(t, 8*time.Second, factor*capacity, polite).answers
		})
	}
}

// overload holds a service to the promise while a load lasts, and after it.
func measureOverload(t *testing.T, s *service, name string, work request, load func() []answer) {
	t.Helper()
	retryIfSlow(t, func() []row {
		peak := throughput(runFor(t, 3*time.Second, clients, work).answers)
		if peak == 0 {
			t.Fatal("nothing was served without overload")
		}
		probes := startLoad(t, 1, mix(probe(s.URL+"/livez"), probe(s.URL+"/healthcheck"), probe(s.Admin+"/metrics")))
		answers := load()
		probes.stop()
		after := runFor(t, 5*time.Second, clients, work).answers
		slowest, unanswered := percentile(probes.answers, 1), len(failed(probes.answers))
		seconds, lost := recoverySeconds(after, peak), len(failed(after))
		return []row{
			duringOverload(name, answers, peak),
			{
				4, name + ": health and admin", fmt.Sprintf("%d asked, %d failed, slowest %.2f s", len(probes.answers), unanswered, slowest.Seconds()),
				"0 failed, ≤ 2 s", unanswered == 0, slowest <= 2*time.Second,
			},
			// These clients are more than have a turn: when all stands still for half a
			// second, some are refused.
			{4, name + ": back to 0.90 of the peak", fmt.Sprintf("after %d s, %d failed", seconds, lost), "≤ 5 s, 0", true, seconds <= 5 && lost == 0},
		}
	})
}

// duringOverload looks at the answers to a load that was too much.
func duringOverload(name string, answers []answer, peak float64) row {
	var served, refused []answer
	for _, a := range answers {
		switch {
		case a.ok():
			served = append(served, a)
		case a.status == http.StatusServiceUnavailable && a.problem:
			refused = append(refused, a)
		}
	}
	other := len(answers) - len(served) - len(refused)
	slow, late, rate := percentile(served, 0.99), percentile(refused, 0.99), throughput(answers)
	return row{
		4, name, fmt.Sprintf("%.0f/s, %.2f of the peak; p99 %.2f s; %d refused, p99 %.2f s; %d other",
			rate, rate/peak, slow.Seconds(), len(refused), late.Seconds(), other),
		"≥ 0.90, ≤ 1 s, ≤ 1 s, 0", other == 0, rate >= 0.9*peak && slow <= time.Second && late <= time.Second,
	}
}

// normalAfter returns how many seconds of a load it took until in one of them nine
// tenths of what is usual were served; more than there were, when it never was.
func recoverySeconds(answers []answer, usual float64) int {
	var served [10]int
	for _, a := range answers {
		if a.ok() {
			served[min(int(a.begin.Add(a.took).Sub(answers[0].begin)/time.Second), len(served)-1)]++
		}
	}
	for i, n := range served {
		if float64(n) >= 0.9*usual {
			return i + 1
		}
	}
	return len(served)
}

// probe asks now and then.
func probe(url string) request {
	return func(l *load, worker, n int) answer {
		time.Sleep(50 * time.Millisecond)
		return get(url)(l, worker, n)
	}
}

// useful returns how many requests were served in a second, but for the first half
// one, in which the load begins.
func throughput(answers []answer) float64 {
	begin, end, n := answers[0].begin, answers[0].begin, 0
	for _, a := range answers {
		if a.begin.After(end) {
			end = a.begin
		}
	}
	begin = begin.Add(500 * time.Millisecond)
	for _, a := range answers {
		if over := a.begin.Add(a.took); a.ok() && over.After(begin) && over.Before(end) {
			n++
		}
	}
	return float64(n) / end.Sub(begin).Seconds()
}
