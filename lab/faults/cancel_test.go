package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// awaitLockWaits waits until the wanted number of statements of the service waits for a lock, for
// at most 10 s. It returns the number.
func awaitLockWaits(t *testing.T, conn *pgx.Conn, wanted int) (n int) {
	t.Helper()
	within(10*time.Second, func() bool { n = countStatements(t, conn, "wait_event_type = 'Lock'"); return n == wanted })
	return n
}

// awaitIdle waits until the server runs no statement of the service. It returns the time it took.
func awaitIdle(t *testing.T, conn *pgx.Conn) time.Duration {
	t.Helper()
	begin := time.Now()
	within(30*time.Second, func() bool { return countStatements(t, conn, "state <> 'idle'") == 0 })
	return time.Since(begin)
}

// countStatements counts the statements of the service that match a condition on pg_stat_activity.
func countStatements(t *testing.T, conn *pgx.Conn, condition string) (n int) {
	t.Helper()
	must(t, conn.QueryRow(t.Context(), "select count(*) from pg_stat_activity where application_name = 'templatesite' and "+condition).Scan(&n))
	return n
}

// Promise 12: when a request ends, for whatever reason, its statement ends, too.
func TestStatementsEndWithTheirRequests(t *testing.T) {
	requireFaults(t)
	_, url := newPostgres(t)
	const timeout = "REQUEST_TIMEOUT=2s"
	s := startService(t, url, timeout)
	runFor(t, 500*time.Millisecond, 16, readWrite(s))
	before := gauges(t, s)
	conn := connect(t, url)
	lock, _ := lockTable(t, url) // until the end of the test
	lock()
	work := mix(get(item(s.URL)), post(s.URL))
	retryIfSlow(t, func() []row {
		l := startLoad(t, 8, work)
		n := awaitLockWaits(t, conn, 8)
		l.abort()
		took := awaitIdle(t, conn)
		return []row{{12, "clients disconnect", fmt.Sprintf("%d statements, gone after %.2f s", n, took.Seconds()), "8, ≤ 0.5 s", n == 8, took <= 500*time.Millisecond}}
	})
	retryIfSlow(t, func() []row {
		l := runFor(t, 3*time.Second, 8, work)
		took := awaitIdle(t, conn)
		count := statuses(l.answers)
		return []row{{
			12, "requests time out", fmt.Sprintf("answers %v, statements gone after %.2f s", count, took.Seconds()), "all 504, ≤ 0.5 s",
			count[http.StatusGatewayTimeout] == len(l.answers), took <= 500*time.Millisecond,
		}}
	})
	checkGoroutines(t, 12, "after both", s, before)
	retryIfSlow(t, func() []row {
		s := startService(t, url, timeout)
		l := startLoad(t, 8, post(s.URL))
		n := awaitLockWaits(t, conn, 8)
		time.Sleep(500 * time.Millisecond) // the statements are well within their timeout
		s.Kill()
		l.stop()
		took := awaitIdle(t, conn)
		return []row{{12, "the service is killed", fmt.Sprintf("%d statements, gone after %.2f s", n, took.Seconds()), "8, ≤ REQUEST_TIMEOUT (2 s)", n == 8, took <= 2*time.Second}}
	})
}
