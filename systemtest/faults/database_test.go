package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/postgrestest"
)

// behind returns a network before the server, and the DATABASE_URL through it.
func behind(t *testing.T, server *postgrestest.Server) (*proxy, string) {
	t.Helper()
	p := newProxy(t, "127.0.0.1:"+server.Port)
	return p, "postgres://postgres@" + p.address + "/postgres"
}

// Promise 3: whatever becomes of the database, a request ends by its deadline, with a problem.
func TestRequestsEndInTimeWithoutADatabase(t *testing.T) {
	need(t)
	server, _ := newPostgres(t)
	network, url := behind(t, server)
	const timeout = 2 * time.Second
	s := startService(t, url, "REQUEST_TIMEOUT="+timeout.String())
	for _, fault := range []struct {
		name         string
		begin, after func()
	}{
		{"unreachable", func() { network.refuse(); network.cut() }, network.heal},
		{"cut off", network.blackhole, network.heal},
		{"slow, 3 s an answer", func() { network.slow(3 * time.Second) }, network.heal},
		{"frozen", func() { must(t, server.Freeze()) }, func() { must(t, server.Thaw()) }},
	} {
		fault.begin()
		l := startLoad(t, 32, mix(get(s.URL+"/tweet/1"), post(s.URL)))
		time.Sleep(2 * timeout)
		l.stop()
		fault.after()
		healed := time.Now()
		wrong := 0
		for _, a := range l.answers {
			if !a.problem || a.status != http.StatusServiceUnavailable && a.status != http.StatusGatewayTimeout {
				wrong++
			}
		}
		slowest := percentile(l.answers, 1)
		record(t, 3, "PostgreSQL is "+fault.name+": requests",
			fmt.Sprintf("%d answers, %d no 503 or 504, slowest %.1f s", len(l.answers), wrong, slowest.Seconds()),
			"0, deadline 2 s", wrong == 0 && slowest < timeout+500*time.Millisecond)
		recovery := runFor(t, 4*time.Second, 8, mix(get(s.URL+"/tweet/1"), post(s.URL)))
		var last time.Duration
		for _, a := range failed(recovery.answers) {
			last = max(last, a.begin.Add(a.took).Sub(healed))
		}
		record(t, 3, "PostgreSQL was "+fault.name+": recovery", fmt.Sprintf("%.1f s", last.Seconds()), "≤ 2 s", last <= 2*time.Second)
	}
	t.Logf("%d lines of log", strings.Count(s.log(t), "\n"))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
