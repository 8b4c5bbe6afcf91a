package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// running counts what the service has the server do.
func running(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	must(t, conn.QueryRow(t.Context(), "select count(*) from pg_stat_activity where application_name = 'templatesite' and state <> 'idle'").Scan(&n))
	return n
}

// untilNothingRuns returns how long the server goes on with what the service asked for.
func untilNothingRuns(t *testing.T, conn *pgx.Conn) time.Duration {
	t.Helper()
	begin := time.Now()
	for running(t, conn) > 0 && time.Since(begin) < 30*time.Second {
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(begin)
}

// Promise 12: a statement ends with its request, however that ends.
func TestStatementsEndWithTheirRequests(t *testing.T) {
	need(t)
	_, url := newPostgres(t)
	s := startService(t, url, "REQUEST_TIMEOUT=2s")
	runFor(t, 500*time.Millisecond, 16, readWrite(s))
	before := gauges(t, s)
	conn := connect(t, url)
	lock, unlock := lockTable(t, url)

	lock()
	l := startLoad(t, 8, mix(get(s.URL+"/tweet/1"), post(s.URL)))
	time.Sleep(500 * time.Millisecond)
	waiting := running(t, conn)
	l.leave()
	took := untilNothingRuns(t, conn)
	record(t, 12, "clients go away", fmt.Sprintf("%d statements, gone after %.2f s", waiting, took.Seconds()), "8, ≤ 0.5 s", waiting == 8 && took < 500*time.Millisecond)

	l = startLoad(t, 8, mix(get(s.URL+"/tweet/1"), post(s.URL)))
	time.Sleep(3 * time.Second)
	go l.stop()
	for len(l.finished()) < 16 {
		time.Sleep(time.Millisecond)
	}
	took = untilNothingRuns(t, conn)
	count := statuses(l.finished())
	record(t, 12, "deadlines pass", fmt.Sprintf("answers %v, nothing runs after %.2f s", count, took.Seconds()), "all 504, ≤ 0.5 s",
		count[http.StatusGatewayTimeout] == len(l.finished()) && took < 500*time.Millisecond)

	time.Sleep(time.Second)
	after := gauges(t, s)
	record(t, 12, "after both: goroutines", fmt.Sprintf("%.0f, before %.0f", after["go_goroutines"], before["go_goroutines"]), "at most 10 more",
		after["go_goroutines"] <= before["go_goroutines"]+10)

	l = startLoad(t, 8, post(s.URL))
	time.Sleep(500 * time.Millisecond)
	waiting = running(t, conn)
	s.Kill()
	l.stop()
	took = untilNothingRuns(t, conn)
	record(t, 12, "the service is killed", fmt.Sprintf("%d statements, gone after %.2f s", waiting, took.Seconds()), "8, ≤ REQUEST_TIMEOUT (2 s)", waiting == 8 && took <= 2*time.Second)
	unlock()
}
