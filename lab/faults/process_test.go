package faults

import (
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/envtest"
)

// appCommand returns a command of the program that uses the database.
func appCommand(database string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(binary, arguments...)
	cmd.Env = append(envtest.Environ(), "DATABASE_URL="+database)
	return cmd
}

// Promise 1: no acknowledged write is lost by kill -9.
func TestKilledServiceLosesNoAcknowledgedWrite(t *testing.T) {
	requireFaults(t)
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			s := startService(t, newDatabase(t, engine))
			var loads []*load
			n := rounds(3, 15)
			for range n {
				l := startLoad(t, 8, post(s.URL))
				time.Sleep(400 * time.Millisecond)
				s.Kill()
				l.stop()
				loads = append(loads, l)
				s.restart(t)
			}
			acked, lost, duplicated := compareRows(t, s.URL, loads...)
			record(t, 1, fmt.Sprintf("kill -9 of the service, %d times, %s", n, engine),
				fmt.Sprintf("%d acknowledged, %d lost, %d duplicated", acked, lost, duplicated), "0 lost, 0 duplicated", acked > 0 && lost+duplicated == 0)
		})
	}
}

// newDatabase returns the DATABASE_URL of a new database of the engine.
func newDatabase(t *testing.T, engine string) string {
	t.Helper()
	if engine == "SQLite" {
		return newSQLite(t)
	}
	_, url := newPostgres(t)
	return url
}

// Promise 2: SIGHUP has no effect.
func TestSIGHUPFailsNoRequest(t *testing.T) {
	requireFaults(t)
	s := startService(t, newSQLite(t))
	l := startLoad(t, 4, get(item(s.URL)))
	for range 5 {
		time.Sleep(50 * time.Millisecond)
		s.signal(t, syscall.SIGHUP)
	}
	after := time.Now()
	time.Sleep(100 * time.Millisecond)
	l.stop()
	answered := len(since(l.answers, after))
	record(t, 2, "SIGHUP, 5 times, under load", fmt.Sprintf("%v, %d failed, %d answers after the last signal", statuses(l.answers), len(failed(l.answers)), answered),
		"0 failed", len(failed(l.answers)) == 0 && answered > 0)
}
