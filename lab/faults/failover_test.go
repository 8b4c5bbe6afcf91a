package faults

import (
	"fmt"
	"testing"
	"time"

	"example.com/templatesite/internal/postgrestest"
)

// Promise 11: the primary is gone, the standby is promoted, and the service writes
// there, and keeps what it has acknowledged there.
func TestServiceFollowsThePrimary(t *testing.T) {
	need(t)
	for _, fault := range []struct {
		name    string
		lose    func(*postgrestest.Server) error
		writers int
		wait    time.Duration // until somebody notices, and promotes the standby
	}{
		{"dies", (*postgrestest.Server).Kill, 16, time.Second},
		{"hangs", (*postgrestest.Server).Freeze, 16, time.Second},
		{"hangs", (*postgrestest.Server).Freeze, 16, 8 * time.Second},
		{"hangs, with one writer", (*postgrestest.Server).Freeze, 1, time.Second}, // and idle connections
	} {
		primary, _ := newPostgres(t)
		standby, err := primary.Standby(t.Context())
		must(t, err)
		t.Cleanup(func() { must(t, standby.Close()) })
		s := startService(t, "postgres://postgres@127.0.0.1:"+primary.Port+",127.0.0.1:"+standby.Port+"/postgres")
		before := runFor(t, time.Second, 8, readWrite(s))
		must(t, fault.lose(primary))
		l := startLoad(t, fault.writers, post(s.URL))
		time.Sleep(fault.wait)
		must(t, standby.Promote(t.Context()))
		promoted := time.Now()
		time.Sleep(6 * time.Second)
		l.stop()
		last := recovered(l.answers, promoted)
		acked, lost, twice := kept(t, s.URL, l)
		what := fmt.Sprintf("the primary %s, the standby is promoted after %v", fault.name, fault.wait)
		record(t, 11, what, fmt.Sprintf("every write succeeds after %.1f s", last.Seconds()), "≤ 5 s", last <= 5*time.Second)
		record(t, 11, what, fmt.Sprintf("%d acknowledged, %d lost, %d twice", acked, lost, twice),
			"0 lost, 0 twice", acked > 0 && lost+twice == 0 && len(failed(before.answers)) == 0)
	}
}
