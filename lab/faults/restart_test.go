package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Promise 3: no GET fails while all connections of the pool are terminated repeatedly.
func TestReadsSurviveLostConnections(t *testing.T) {
	requireFaults(t)
	_, url := newPostgres(t)
	s := startService(t, url)
	conn := connect(t, url)
	fillRows(t, s.URL, 1000)
	// No more clients than the limit of concurrent requests: more would rightly get 503s.
	l := startLoad(t, 16, mix(get(item(s.URL)), get(collection(s.URL)), get(collection(s.URL)+"?limit=1000")))
	killed := 0
	for range rounds(5, 50) {
		// Every client is served between two terminations.
		begin := time.Now()
		if !within(clientTimeout, func() bool { return len(since(l.finished(), begin)) >= 100 }) {
			t.Fatal("the clients are not served")
		}
		n := 0
		must(t, conn.QueryRow(t.Context(), "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'templatesite'").Scan(&n))
		killed += n
	}
	l.stop()
	record(t, 3, "all connections of the pool terminated", fmt.Sprintf("%d terminated, %d GETs, %d failed", killed, len(l.answers), len(failed(l.answers))),
		"0 failed", killed > 0 && len(failed(l.answers)) == 0)
	for line := range strings.Lines(s.log(t)) {
		if !strings.Contains(line, `"status":20`) {
			t.Log(line)
		}
	}
}

// Promise 3: the service can start before its database.
func TestServiceStartsBeforePostgreSQL(t *testing.T) {
	requireFaults(t)
	server, url := newPostgres(t)
	retryIfSlow(t, func() []row {
		must(t, server.Stop("fast"))
		s := startService(t, url)
		defer s.Kill()
		l := startLoad(t, 4, readWrite(s))
		time.Sleep(time.Second)
		must(t, server.Run(t.Context()))
		started := time.Now()
		time.Sleep(2 * time.Second)
		l.stop()
		last, served := recovered(l.answers, started), len(l.answers)-len(failed(l.answers))
		return []row{{3, "PostgreSQL starts after the service", fmt.Sprintf("last failure after %.2f s, %d requests succeeded", last.Seconds(), served), "≤ 1 s", served > 0, last <= time.Second}}
	})
}

// Promises 1 and 3: the service survives a restart of PostgreSQL under load.
func TestPostgreSQLRestarts(t *testing.T) {
	requireFaults(t)
	server, url := newPostgres(t)
	s := startService(t, url)
	for _, mode := range []string{"fast", "immediate"} {
		name := fmt.Sprintf("PostgreSQL restarts, %s, %d times", mode, rounds(2, 10))
		retryIfSlow(t, func() []row {
			l := startLoad(t, 16, mix(post(s.URL), get(item(s.URL))))
			var slowest time.Duration
			for range rounds(2, 10) {
				time.Sleep(500 * time.Millisecond)
				must(t, server.Stop(mode))
				must(t, server.Run(t.Context()))
				started := time.Now()
				time.Sleep(1500 * time.Millisecond)
				slowest = max(slowest, recovered(l.finished(), started))
			}
			l.stop()
			acked, lost, duplicated := compareRows(t, s.URL, l)
			return []row{
				{1, name, fmt.Sprintf("%d acknowledged, %d lost, %d duplicated", acked, lost, duplicated), "0 lost, 0 duplicated", acked > 0 && lost+duplicated == 0, true},
				{3, name, fmt.Sprintf("last failure after %.2f s", slowest.Seconds()), "≤ 1 s", true, slowest <= time.Second},
			}
		})
	}
}
