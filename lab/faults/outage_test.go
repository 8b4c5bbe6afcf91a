package faults

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/postgrestest"
)

// newDatabaseProxy starts a proxy for the server. It returns the proxy and the DATABASE_URL through
// it.
func newDatabaseProxy(t *testing.T, server *postgrestest.Server) (*proxy, string) {
	t.Helper()
	p := newProxy(t, "127.0.0.1:"+server.Port)
	return p, "postgres://postgres@" + p.address + "/postgres"
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// readWrite is the usual mix of requests.
func readWrite(s *service) request { return mix(get(item(s.URL)), get(collection(s.URL)), post(s.URL)) }

// recovered returns the time from the end of a fault to the last failed request.
func recovered(answers []answer, end time.Time) time.Duration {
	var last time.Duration
	for _, a := range failed(answers) {
		last = max(last, a.begin.Add(a.took).Sub(end))
	}
	return last
}

// Promise 3: during any outage of the database, each request fails by its deadline with a problem
// that has Retry-After. After the outage the service recovers by itself.
func TestDatabaseOutages(t *testing.T) {
	requireFaults(t)
	server, direct := newPostgres(t)
	network, url := newDatabaseProxy(t, server)
	const timeout = 2 * time.Second
	s := startService(t, url, "REQUEST_TIMEOUT="+timeout.String())
	runFor(t, time.Second, 32, readWrite(s))
	before, heapBefore := gauges(t, s), usage(t, s)[2]
	start := time.Now()
	for _, o := range []outage{
		{"stopped", func() { must(t, server.Stop("fast")) }, func() { must(t, server.Run(t.Context())) }, time.Second},
		{"unreachable", func() { network.refuse(); network.cut() }, network.heal, time.Second},
		{"behind a network that drops all data", network.blackhole, network.heal, 2 * time.Second},
		{"slow, 3 s per answer", func() { network.slow(3 * time.Second) }, network.heal, 2 * time.Second},
		{"frozen", func() { must(t, server.Freeze()) }, func() { must(t, server.Thaw()) }, 2 * time.Second},
		{"locked", nil, nil, time.Second},
	} {
		if o.begin == nil {
			o.begin, o.end = lockTable(t, direct)
		}
		retryIfSlow(t, func() []row { return o.measure(t, s, timeout) })
	}
	warnings, limit := strings.Count(s.log(t), "health check fails"), int(time.Since(start)/(20*time.Second))+1
	record(t, 3, "after all these outages: the log", fmt.Sprintf("%d warnings in %.0f s", warnings, time.Since(start).Seconds()),
		"at least 2, at most one per 20 s", warnings >= 2 && warnings <= limit)
	checkGoroutines(t, 3, "after all these outages", s, before)
	heap := usage(t, s)[2]
	record(t, 3, "after all these outages: memory in use", fmt.Sprintf("%.1f MB, before %.1f MB", heap/1e6, heapBefore/1e6),
		"≤ 1.5 times", heap <= 1.5*heapBefore)
}

// outage is a fault of the database, and the time in which the service must recover from it.
type outage struct {
	name       string
	begin, end func()
	recovery   time.Duration
}

// measure sends requests during and after the outage.
func (o outage) measure(t *testing.T, s *service, timeout time.Duration) []row {
	t.Helper()
	logged := len(s.log(t))
	o.begin()
	begin := time.Now()
	l := startLoad(t, 32, readWrite(s))
	// The first requests wait until their deadline, then a health check does.
	time.Sleep(3 * timeout)
	ending := time.Now()
	o.end() // requests may succeed before this returns
	end := time.Now()
	time.Sleep(3 * time.Second)
	l.stop()
	last := recovered(l.answers, end)
	rows := []row{
		o.during(l, begin, ending, timeout),
		{3, "PostgreSQL was " + o.name, fmt.Sprintf("last failure after %.2f s", last.Seconds()), fmt.Sprintf("≤ %v", o.recovery), true, last <= o.recovery},
	}
	if o.name != "locked" { // a locked table does not fail the health check
		rows = append(rows, o.logged(s.log(t)[logged:]))
	}
	return rows
}

// during checks the responses to requests that began and ended during the outage.
func (o outage) during(l *load, begin, end time.Time, timeout time.Duration) row {
	during := slices.DeleteFunc(since(l.answers, begin), func(a answer) bool { return a.begin.Add(a.took).After(end) })
	wrong := 0
	for _, a := range during {
		if !a.problem || a.status != http.StatusServiceUnavailable && a.status != http.StatusGatewayTimeout {
			wrong++
		}
	}
	slowest := percentile(l.answers, 1)
	return row{
		3, "PostgreSQL is " + o.name, fmt.Sprintf("%d answers, %d other than 503 or 504 with Retry-After, slowest %.2f s", len(during), wrong, slowest.Seconds()),
		fmt.Sprintf("0, ≤ %v + 0.5 s", timeout), len(during) > 0 && wrong == 0, slowest < timeout+500*time.Millisecond,
	}
}

// logged counts the log records about the outage, other than those of the access log.
func (o outage) logged(log string) row {
	records, errors := 0, strings.Count(log, `"level":"ERROR"`)
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"msg":"request"`) {
			records++
		}
	}
	return row{
		3, "PostgreSQL was " + o.name + ": the log", fmt.Sprintf("%d records besides the access log, %d errors", records, errors),
		"≤ 4, 0", records <= 4 && errors == 0, true,
	}
}

// checkGoroutines checks that the number of goroutines is back to what it was before, within the
// seconds that the service takes to notice that its clients are gone.
func checkGoroutines(t *testing.T, promise int, when string, s *service, before map[string]float64) {
	t.Helper()
	const goroutines = "go_goroutines"
	var now float64
	ok := within(5*time.Second, func() bool {
		now = gauges(t, s)[goroutines]
		return now <= before[goroutines]+10
	})
	record(t, promise, when+": goroutines", fmt.Sprintf("%.0f, before %.0f", now, before[goroutines]), "at most 10 more", ok)
}

// connect returns a connection to the database, separate from the service's. It is closed when the
// test ends.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server may be gone
	return conn
}

// lockTable returns functions that lock and unlock the table of the target.
func lockTable(t *testing.T, url string) (lock, unlock func()) {
	t.Helper()
	conn := connect(t, url)
	do := func(statement string) func() {
		return func() {
			t.Helper()
			_, err := conn.Exec(t.Context(), statement)
			must(t, err)
		}
	}
	return do("begin; lock table " + target.Name), do("rollback")
}

// Promise 3: requests that need no database stay fast while it hangs.
func TestRequestsWithoutDatabaseStayFastWhileItIsFrozen(t *testing.T) {
	requireFaults(t)
	server, url := newPostgres(t)
	s := startService(t, url)
	paced := func(l *load, worker, n int) answer {
		a := get(item(s.URL))(l, worker, n)
		time.Sleep(100 * time.Millisecond)
		return a
	}
	measure := func(answers map[string][]answer) {
		l := startLoad(t, 300, paced)
		time.Sleep(time.Second)
		for name, request := range requestsWithoutDatabase(s.URL) {
			answers[name] = append(answers[name], runFor(t, 300*time.Millisecond, 1, request).answers...)
		}
		l.stop()
	}
	retryIfSlow(t, func() (rows []row) {
		before, during := map[string][]answer{}, map[string][]answer{}
		for range rounds(3, 5) { // alternately, so that other load on the machine affects both
			measure(before)
			must(t, server.Freeze())
			measure(during)
			must(t, server.Thaw())
		}
		for name, answers := range during {
			median := percentile(answers, 0.5)
			ratio := float64(median) / float64(percentile(before[name], 0.5))
			wrong := 0
			for _, a := range answers {
				if a.took == clientTimeout {
					wrong++
				}
			}
			rows = append(rows, row{
				3, "PostgreSQL is frozen, 300 clients wait for it: " + name, fmt.Sprintf("%d wrong answers, median %.2f ms, %.2f times that before", wrong, float64(median.Microseconds())/1000, ratio),
				"0, ≤ 1.5 times", wrong == 0, ratio <= 1.5,
			})
		}
		return rows
	})
}

// requestsWithoutDatabase returns requests that need no database. They report a wrong status as if
// they had taken clientTimeout.
func requestsWithoutDatabase(url string) map[string]request {
	expect := func(status int, method, path, body string) request {
		return func(l *load, _, _ int) answer {
			a, _ := l.do(method, url+path, body)
			if a.status != status {
				a.took = clientTimeout
			}
			return a
		}
	}
	return map[string]request{
		"livez":        expect(http.StatusOK, "GET", "/livez", ""),
		"openapi.json": expect(http.StatusOK, "GET", "/openapi.json", ""),
		"404":          expect(http.StatusNotFound, "GET", "/nowhere", ""),
		"405":          expect(http.StatusMethodNotAllowed, "DELETE", target.Path, ""),
		"422":          expect(http.StatusUnprocessableEntity, "POST", target.Path, "{}"),
	}
}
