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
func behind(t *testing.T, server *postgrestest.Server) (*proxy, string) {
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
func readWrite(s *service) ask { return mix(get(s.URL+"/tweet/1"), get(s.URL+"/tweet/"), post(s.URL)) }

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
	need(t)
	server, direct := newPostgres(t)
	network, url := behind(t, server)
	const timeout = 2 * time.Second
	s := startService(t, url, "REQUEST_TIMEOUT="+timeout.String())
	runFor(t, time.Second, 32, readWrite(s))
	before := gauges(t, s)
	for _, fault := range []struct {
		name       string
		begin, end func()
		recovery   time.Duration
	}{
		{"stopped", func() { must(t, server.Stop("fast")) }, func() { must(t, server.Run(t.Context())) }, time.Second},
		{"unreachable", func() { network.refuse(); network.cut() }, network.heal, time.Second},
		{"behind a dead network", network.blackhole, network.heal, 2 * time.Second},
		{"slow, 3 s an answer", func() { network.slow(3 * time.Second) }, network.heal, 2 * time.Second},
		{"frozen", func() { must(t, server.Freeze()) }, func() { must(t, server.Thaw()) }, 2 * time.Second},
		{"locked", nil, nil, time.Second},
	} {
		if fault.begin == nil {
			fault.begin, fault.end = lockTable(t, direct)
		}
		logged := len(s.log(t))
		fault.begin()
		begin := time.Now()
		l := startLoad(t, 32, readWrite(s))
		time.Sleep(2 * timeout)
		ending := time.Now()
		fault.end() // while this goes on, requests may succeed already
		end := time.Now()
		time.Sleep(3 * time.Second)
		l.stop()
		l.checkOutage(t, fault.name, begin, ending, timeout)
		last := recovered(l.answers, end)
		record(t, 3, "PostgreSQL was "+fault.name, fmt.Sprintf("all is well after %.2f s", last.Seconds()),
			fmt.Sprintf("≤ %v", fault.recovery), last <= fault.recovery)
		if fault.name != "locked" { // then the database is well, but for a table
			checkLog(t, fault.name, s.log(t)[logged:])
		}
	}
	told := strings.Count(s.log(t), "health check fails")
	record(t, 3, "after all these outages: the log", fmt.Sprintf("%d warnings", told), "2 to 3, one in 20 s", told >= 2 && told <= 3)
	time.Sleep(time.Second) // until it has seen that all clients are gone
	after := gauges(t, s)
	record(t, 3, "after all these outages: goroutines", fmt.Sprintf("%.0f, before %.0f", after["go_goroutines"], before["go_goroutines"]),
		"at most 10 more", after["go_goroutines"] <= before["go_goroutines"]+10)
	const memory = "process_resident_memory_bytes"
	record(t, 3, "after all these outages: memory", fmt.Sprintf("%.0f MB, before %.0f MB", after[memory]/1e6, before[memory]/1e6),
		"≤ 1.5 times", after[memory] <= 1.5*before[memory])
}

// checkOutage looks at the answers to requests that were begun and over while the
// fault lasted.
func (l *load) checkOutage(t *testing.T, name string, begin, end time.Time, timeout time.Duration) {
	t.Helper()
	during := slices.DeleteFunc(since(l.answers, begin), func(a answer) bool { return a.begin.Add(a.took).After(end) })
	wrong := 0
	for _, a := range during {
		if !a.problem || a.status != http.StatusServiceUnavailable && a.status != http.StatusGatewayTimeout {
			wrong++
		}
	}
	slowest := percentile(l.answers, 1)
	record(t, 3, "PostgreSQL is "+name, fmt.Sprintf("%d answers, %d are no 503 or 504 with Retry-After, slowest %.2f s", len(during), wrong, slowest.Seconds()),
		fmt.Sprintf("0, ≤ %v + 0.5 s", timeout), len(during) > 0 && wrong == 0 && slowest < timeout+500*time.Millisecond)
}

// checkLog counts what the log says of an outage, besides one line for each request.
func checkLog(t *testing.T, name, log string) {
	t.Helper()
	told, errors := 0, strings.Count(log, `"level":"ERROR"`)
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"msg":"request"`) {
			told++
		}
	}
	record(t, 3, "PostgreSQL was "+name+": the log", fmt.Sprintf("%d records besides the access lines, %d errors", told, errors), "≤ 4, 0", told <= 4 && errors == 0)
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
	return do("begin; lock table tweet"), do("rollback")
}

// Promise 3: what needs no database does not suffer when that hangs.
func TestWhatNeedsNoDatabaseStaysFastWhenThatIsFrozen(t *testing.T) {
	need(t)
	server, url := newPostgres(t)
	s := startService(t, url)
	paced := func(l *load, worker, n int) answer {
		a := get(s.URL+"/tweet/1")(l, worker, n)
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
		record(t, 3, "PostgreSQL is frozen, 300 clients ask: "+name, fmt.Sprintf("%d wrong, median %.2f ms, %.2f times that before", wrong, float64(median.Microseconds())/1000, ratio),
			"0, ≤ 1.5 times", wrong == 0 && ratio <= 1.5)
	}
}

// free are requests that need no database, each with the answer that it must get.
func free(url string) map[string]ask {
	expect := func(status int, method, path, body string) ask {
		return func(l *load, _, _ int) answer {
			a, _ := l.do(method, url+path, body)
			if a.status != status {
				a.took = clientTimeout // it is not what was asked for
			}
			return a
		}
	}
	return map[string]ask{
		"livez":        expect(http.StatusOK, "GET", "/livez", ""),
		"openapi.json": expect(http.StatusOK, "GET", "/openapi.json", ""),
		"404":          expect(http.StatusNotFound, "GET", "/nowhere", ""),
		"405":          expect(http.StatusMethodNotAllowed, "DELETE", "/tweet/", ""),
		"422":          expect(http.StatusUnprocessableEntity, "POST", "/tweet/", `{"text":""}`),
	}
}

// Promise 3: all connections of the pool die, again and again, and no GET fails.
func TestReadsOutliveTheirConnections(t *testing.T) {
	need(t)
	_, url := newPostgres(t)
	s := startService(t, url)
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), "insert into tweet (text, timestamp, version) select repeat('x', 140), now(), 1 from generate_series(1, 1000)")
	must(t, err)
	l := startLoad(t, 32, mix(get(s.URL+"/tweet/1"), get(s.URL+"/tweet/"), get(s.URL+"/tweet/?limit=1000")))
	killed := 0
	for range rounds(10, 50) {
		// Each time all clients have been served since the time before.
		for begin := time.Now(); len(since(l.finished(), begin)) < 100; {
			time.Sleep(20 * time.Millisecond)
		}
		n := 0
		must(t, conn.QueryRow(t.Context(), "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'templatesite'").Scan(&n))
		killed += n
	}
	l.stop()
	record(t, 3, "all connections of the pool end", fmt.Sprintf("%d ended, %d GETs, %d failed", killed, len(l.answers), len(failed(l.answers))),
		"0 failed", killed > 0 && len(failed(l.answers)) == 0)
	for line := range strings.Lines(s.log(t)) {
		if !strings.Contains(line, `"status":200`) {
			t.Log(line)
		}
	}
}

// Promise 3: the service may be started before its database.
func TestServiceStartsBeforePostgreSQL(t *testing.T) {
	need(t)
	server, url := newPostgres(t)
	must(t, server.Stop("fast"))
	s := startService(t, url)
	l := startLoad(t, 4, readWrite(s))
	time.Sleep(time.Second)
	must(t, server.Run(t.Context()))
	started := time.Now()
	time.Sleep(2 * time.Second)
	l.stop()
	last, served := recovered(l.answers, started), len(l.answers)-len(failed(l.answers))
	record(t, 3, "PostgreSQL starts after the service", fmt.Sprintf("all is well after %.2f s, %d answers", last.Seconds(), served), "≤ 1 s", last <= time.Second && served > 0)
}

// Promises 1 and 3: PostgreSQL is started again under load.
func TestPostgreSQLIsStartedAgain(t *testing.T) {
	need(t)
	server, url := newPostgres(t)
	s := startService(t, url)
	for _, mode := range []string{"fast", "immediate"} {
		l := startLoad(t, 16, mix(post(s.URL), get(s.URL+"/tweet/1")))
		var slowest time.Duration
		n := rounds(3, 10)
		for range n {
			time.Sleep(500 * time.Millisecond)
			must(t, server.Stop(mode))
			must(t, server.Run(t.Context()))
			started := time.Now()
			time.Sleep(1500 * time.Millisecond)
			slowest = max(slowest, recovered(l.finished(), started))
		}
		l.stop()
		acked, lost, twice := kept(t, s.URL, l)
		record(t, 1, fmt.Sprintf("PostgreSQL restarts, %s, %d times", mode, n),
			fmt.Sprintf("%d acknowledged, %d lost, %d twice", acked, lost, twice), "0 lost, 0 twice", acked > 0 && lost+twice == 0)
		record(t, 3, fmt.Sprintf("PostgreSQL restarts, %s, %d times", mode, n),
			fmt.Sprintf("all is well after %.2f s", slowest.Seconds()), "≤ 1 s", slowest <= time.Second)
	}
}
