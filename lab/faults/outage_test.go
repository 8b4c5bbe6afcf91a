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

// behind returns a network before the server, and the DATABASE_URL through it.
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

// readWrite is what most tests load a service with.
func readWrite(s *service) request { return mix(get(item(s.URL)), get(collection(s.URL)), post(s.URL)) }

// recovered returns when the last request failed, counted from the end of a fault.
func recovered(answers []answer, end time.Time) time.Duration {
	var last time.Duration
	for _, a := range failed(answers) {
		last = max(last, a.begin.Add(a.took).Sub(end))
	}
	return last
}

// Promise 3: whatever becomes of the database, a request ends by its deadline, with
// a problem that says when to come again, and when it is over, it is over.
func TestOutagesOfTheDatabase(t *testing.T) {
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
		{"behind a dead network", network.blackhole, network.heal, 2 * time.Second},
		{"slow, 3 s an answer", func() { network.slow(3 * time.Second) }, network.heal, 2 * time.Second},
		{"frozen", func() { must(t, server.Freeze()) }, func() { must(t, server.Thaw()) }, 2 * time.Second},
		{"locked", nil, nil, time.Second},
	} {
		if o.begin == nil {
			o.begin, o.end = lockTable(t, direct)
		}
		retryIfSlow(t, func() []row { return o.measure(t, s, timeout) })
	}
	told, capacity := strings.Count(s.log(t), "health check fails"), int(time.Since(start)/(20*time.Second))+1
	record(t, 3, "after all these outages: the log", fmt.Sprintf("%d warnings in %.0f s", told, time.Since(start).Seconds()), "2 or more, one in 20 s", told >= 2 && told <= capacity)
	checkGoroutines(t, 3, "after all these outages", s, before)
	heap := usage(t, s)[2]
	record(t, 3, "after all these outages: memory in use", fmt.Sprintf("%.1f MB, before %.1f MB", heap/1e6, heapBefore/1e6),
		"≤ 1.5 times", heap <= 1.5*heapBefore)
}

// outage is what may become of the database, and how soon all is well after it.
type outage struct {
	name       string
	begin, end func()
	recovery   time.Duration
}

// measure loads a service while the outage lasts, and after it.
func (o outage) measure(t *testing.T, s *service, timeout time.Duration) []row {
	t.Helper()
	logged := len(s.log(t))
	o.begin()
	begin := time.Now()
	l := startLoad(t, 32, readWrite(s))
	// The first request meets it until its deadline, then a check does for as long.
	time.Sleep(3 * timeout)
	ending := time.Now()
	o.end() // while this goes on, requests may succeed already
	end := time.Now()
	time.Sleep(3 * time.Second)
	l.stop()
	last := recovered(l.answers, end)
	rows := []row{
		o.during(l, begin, ending, timeout),
		{3, "PostgreSQL was " + o.name, fmt.Sprintf("all is well after %.2f s", last.Seconds()), fmt.Sprintf("≤ %v", o.recovery), true, last <= o.recovery},
	}
	if o.name != "locked" { // then the database is well, but for a table
		rows = append(rows, o.told(s.log(t)[logged:]))
	}
	return rows
}

// during looks at the answers to requests that were begun and over while the outage
// lasted.
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
		3, "PostgreSQL is " + o.name, fmt.Sprintf("%d answers, %d are no 503 or 504 with Retry-After, slowest %.2f s", len(during), wrong, slowest.Seconds()),
		fmt.Sprintf("0, ≤ %v + 0.5 s", timeout), len(during) > 0 && wrong == 0, slowest < timeout+500*time.Millisecond,
	}
}

// told counts what the log says of an outage, besides one line for each request.
func (o outage) told(log string) row {
	told, errors := 0, strings.Count(log, `"level":"ERROR"`)
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"msg":"request"`) {
			told++
		}
	}
	return row{
		3, "PostgreSQL was " + o.name + ": the log", fmt.Sprintf("%d records besides the access lines, %d errors", told, errors),
		"≤ 4, 0", told <= 4 && errors == 0, true,
	}
}

// checkGoroutines holds a service whose clients are gone to as many goroutines as it
// had before; it sees within seconds that they are.
func checkGoroutines(t *testing.T, promise int, when string, s *service, before map[string]float64) {
	t.Helper()
	const goroutines = "go_goroutines"
	var now float64
	level := within(5*time.Second, func() bool {
		now = gauges(t, s)[goroutines]
		return now <= before[goroutines]+10
	})
	record(t, promise, when+": goroutines", fmt.Sprintf("%.0f, before %.0f", now, before[goroutines]), "at most 10 more", level)
}

// connect returns a connection of our own to the database, which ends with the test.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server may be gone
	return conn
}

// lockTable returns functions that take and give back a lock in which all wait.
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

// Promise 3: what needs no database does not suffer when that hangs.
func TestWhatNeedsNoDatabaseStaysFastWhenThatIsFrozen(t *testing.T) {
	requireFaults(t)
	server, url := newPostgres(t)
	s := startService(t, url)
	paced := func(l *load, worker, n int) answer {
		a := get(item(s.URL))(l, worker, n)
		time.Sleep(100 * time.Millisecond)
		return a
	}
	measure := func(all map[string][]answer) {
		l := startLoad(t, 300, paced)
		time.Sleep(time.Second)
		for name, one := range free(s.URL) {
			all[name] = append(all[name], runFor(t, 300*time.Millisecond, 1, one).answers...)
		}
		l.stop()
	}
	retryIfSlow(t, func() (rows []row) {
		before, during := map[string][]answer{}, map[string][]answer{}
		for range rounds(3, 5) { // in turn, as the machine may be busy with other things
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
				3, "PostgreSQL is frozen, 300 clients ask: " + name, fmt.Sprintf("%d wrong, median %.2f ms, %.2f times that before", wrong, float64(median.Microseconds())/1000, ratio),
				"0, ≤ 1.5 times", wrong == 0, ratio <= 1.5,
			})
		}
		return rows
	})
}

// free are requests that need no database, each with the answer that it must get.
func free(url string) map[string]request {
	expect := func(status int, method, path, body string) request {
		return func(l *load, _, _ int) answer {
			a, _ := l.do(method, url+path, body)
			if a.status != status {
				a.took = clientTimeout // it is not what was asked for
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
