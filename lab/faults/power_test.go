package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Promise 1: a power cut loses no acknowledged write. Flushed data is on the disk, so this checks
// the order of the system calls: before each 201 the write-ahead log was flushed after the last
// write to it.
func TestCommitIsFlushedBeforeItIsAcknowledged(t *testing.T) {
	requireFaults(t)
	if _, err := exec.LookPath("strace"); err != nil {
		skipOutsideCI(t, "strace is not installed (on Debian: apt-get install strace)")
	}
	const created = `"HTTP/1.1 201`
	trace := filepath.Join(t.TempDir(), "trace")
	s := startWrapped(t, []string{
		"strace", "--follow-forks", "--daemonize", "--decode-fds=path", "--string-limit=16", "--output=" + trace,
		"--trace=write,pwrite64,fsync,fdatasync",
	}, newSQLite(t))
	l := runFor(t, 2*time.Second, 1, post(s.URL))
	var calls []byte
	within(10*time.Second, func() bool { // strace writes its output with a delay
		var err error
		calls, err = os.ReadFile(trace)
		must(t, err)
		return bytes.Count(calls, []byte(created)) >= len(l.acked)
	})
	acknowledged, early := 0, 0
	flushed := false
	for lines := bufio.NewScanner(bytes.NewReader(calls)); lines.Scan(); {
		switch call := lines.Text(); {
		case strings.Contains(call, "pwrite64(") && strings.Contains(call, "-wal>"):
			flushed = false
		case strings.Contains(call, "sync(") && strings.Contains(call, "-wal>") && strings.HasSuffix(call, " = 0"),
			strings.Contains(call, "sync resumed") && strings.HasSuffix(call, " = 0"):
			flushed = true
		case strings.Contains(call, created):
			acknowledged++
			if !flushed {
				early++
			}
			flushed = false
		}
	}
	record(t, 1, "power cut, SQLite", fmt.Sprintf("%d commits, %d acknowledged before they were flushed", acknowledged, early),
		"0", acknowledged > 0 && acknowledged >= len(l.acked) && early == 0)
}
