package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// waiting returns how many statements of the service wait for a lock, as soon as they
// are as many as wanted.
func waiting(t *testing.T, conn *pgx.Conn, wanted int) (n int) {
	t.Helper()
	within(10*time.Second, func() bool { n = statements(t, conn, "wait_event_type = 'Lock'"); return n == wanted })
	return n
}

// untilNothingRuns returns how long the server goes on with what the service asked for.
func untilNothingRuns(t *testing.T, conn *pgx.Conn) time.Duration {
	t.Helper()
	begin := time.Now()
	within(30*time.Second, func() bool { return statements(t, conn, "state <> 'idle'") == 0 })
	return time.Since(begin)
}

// statements counts what the service has the server do.
func statements(t *testing.T, conn *pgx.Conn, condition string) (n int) {
	t.Helper()
	must(t, conn.QueryRow(t.Context(), "select count(*) from pg_stat_activity where application_name = 'templatesite' and "+condition).Scan(&n))
	return n
}

// Promise 12: a statement ends with its request, however that ends.
func TestStatementsEndWithTheirRequests(t *testing.T) {
	need(t)
	_, url := newPostgres(t)
	const timeout = "REQUEST_TIMEOUT=2s"
	s := startService(t, url, timeout)
	runFor(t, 500*time.Millisecond, 16, readWrite(s))
	before := gauges(t, s)
	conn := connect(t, url)
	lock, _ := lockTable(t, url) // up to the end
	lock()
	work := mix(get(item(s.URL)), post(s.URL))
	tries(t, func() []row {
		l := startLoad(t, 8, work)
		n := waiting(t, conn, 8)
		l.leave()
		took := untilNothingRuns(t, conn)
		return []row{{12, "clients go away", fmt.Sprintf("%d statements, gone after %.2f s", n, took.Seconds()), "8, ≤ 0.5 s", n == 8, took <= 500*time.Millisecond}}
	})
	tries(t, func() []row {
		l := runFor(t, 3*time.Second, 8, work)
		took := untilNothingRuns(t, conn)
		count := statuses(l.answers)
		return []row{{
			12, "deadlines pass", fmt.Sprintf("answers %v, nothing runs after %.2f s", count, took.Seconds()), "all 504, ≤ 0.5 s",
			count[http.StatusGatewayTimeout] == len(l.answers), took <= 500*time.Millisecond,
		}}
	})
	checkGoroutines(t, 12, "after both", s, before)
	tries(t, func() []row {
		s := startService(t, url, timeout)
		l := startLoad(t, 8, post(s.URL))
		n := waiting(t, conn, 8)
		time.Sleep(500 * time.Millisecond) // the statements are in the middle of their time
		s.Kill()
		l.stop()
		took := untilNothingRuns(t, conn)
		return []row{{12, "the service is killed", fmt.Sprintf("%d statements, gone after %.2f s", n, took.Seconds()), "8, ≤ REQUEST_TIMEOUT (2 s)", n == 8, took <= 2*time.Second}}
	})
}
