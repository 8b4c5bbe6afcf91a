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

// Promise 1: the power is cut. What the system was asked to flush is on the disk,
// so we look whether that comes before the answer: in the system calls of the
// service, each 201 has a flush of the log behind it, and no write to it since.
func TestCommitIsOnTheDiskBeforeItIsAcknowledged(t *testing.T) {
	need(t)
	if _, err := exec.LookPath("strace"); err != nil {
		missing(t, "strace is not installed: nothing shows the system calls (apt-get install strace)")
	}
	const created = `"HTTP/1.1 201`
	trace := filepath.Join(t.TempDir(), "trace")
	s := startServiceUnder(t, []string{
		"strace", "--follow-forks", "--daemonize", "--decode-fds=path", "--string-limit=16", "--output=" + trace,
		"--trace=write,pwrite64,fsync,fdatasync",
	}, newSQLite(t))
	l := runFor(t, 2*time.Second, 1, post(s.URL))
	var calls []byte
	within(10*time.Second, func() bool { // strace writes what it has seen a little later
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
	record(t, 1, "the power is cut, SQLite", fmt.Sprintf("%d commits, %d acknowledged before they were flushed", acknowledged, early),
		"0", acknowledged > 0 && acknowledged >= len(l.acked) && early == 0)
}
