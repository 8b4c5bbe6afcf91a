package faults

import (
	"fmt"
	"testing"
	"time"

	"example.com/templatesite/internal/postgrestest"
)

// Promise 11: if the primary fails and the standby is promoted, the service writes to the new
// primary, and loses none of the writes that it acknowledged there.
func TestServiceFollowsThePrimary(t *testing.T) {
	requireFaults(t)
	faults := []struct {
		name    string
		lose    func(*postgrestest.Server) error
		writers int
		wait    time.Duration // from the fault to the promotion
	}{
		{"dies", (*postgrestest.Server).Kill, 16, time.Second},
		{"hangs", (*postgrestest.Server).Freeze, 16, 8 * time.Second},
		{"hangs", (*postgrestest.Server).Freeze, 16, time.Second},
		{"hangs, with one writer", (*postgrestest.Server).Freeze, 1, time.Second}, // other connections of the pool are idle
	}
	for _, fault := range faults[:rounds(2, len(faults))] {
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
		acked, lost, duplicated := compareRows(t, s.URL, l)
		what := fmt.Sprintf("the primary %s, standby promoted after %v", fault.name, fault.wait)
		record(t, 11, what, fmt.Sprintf("last failed write after %.1f s", last.Seconds()), "≤ 5 s", last <= 5*time.Second)
		record(t, 11, what, fmt.Sprintf("%d acknowledged, %d lost, %d duplicated", acked, lost, duplicated),
			"0 lost, 0 duplicated", acked > 0 && lost+duplicated == 0 && len(failed(before.answers)) == 0)
	}
}
