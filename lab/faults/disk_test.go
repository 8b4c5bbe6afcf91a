package faults

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// smallDisk mounts a file system of this size and returns its folder.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	requireRoot(t, "mounting a small file system")
	dir := t.TempDir()
	mount := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=1777", megabytes), "tmpfs", dir)
	if output, err := mount.CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", "--lazy", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, output)
		}
	})
	return dir
}

// requireRoot skips the test unless it runs as root, as CI does.
func requireRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		skipOutsideCI(t, what+" needs root")
	}
}

// fill fills up the file system of a folder. It returns a function that frees the space.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; {
		if n, err := file.Write(make([]byte, size)); err != nil && n == 0 {
			size /= 2
		}
	}
	return func() { must(t, os.Remove(name)) }
}

// writeFault is a fault that makes writes fail with one of the allowed statuses.
type writeFault struct {
	name       string
	url        string
	settings   []string
	begin, end func(s *service)
	allowed    []int
}

// check checks promise 7 during and after the fault: writes fail cleanly, reads go on, and the
// service recovers without a restart.
func (f writeFault) check(t *testing.T) {
	t.Helper()
	retryIfSlow(t, func() []row { return f.measure(t) })
}

func (f writeFault) measure(t *testing.T) []row {
	t.Helper()
	s := startService(t, f.url, f.settings...)
	defer s.Kill()
	// No more clients than the limit of concurrent requests: more would rightly get 503s.
	writers := startLoad(t, 8, post(s.URL))
	time.Sleep(500 * time.Millisecond)
	f.begin(s)
	time.Sleep(time.Second) // files already allocated may have room for a few more writes
	begun := time.Now()
	reads := runFor(t, 3*time.Second, 4, mix(get(item(s.URL)), get(collection(s.URL))))
	ending := time.Now()
	f.end(s) // writes may succeed before this returns
	ended := time.Now()
	time.Sleep(2 * time.Second)
	writers.stop()

	during := slices.DeleteFunc(since(writers.answers, begun), func(a answer) bool { return a.begin.Add(a.took).After(ending) })
	refused, stored := 0, 0
	for _, a := range during {
		switch {
		case a.problem && slices.Contains(f.allowed, a.status):
			refused++
		case a.ok(): // the server found room for this row, so it must not lose it: see below
			stored++
		}
	}
	acked, lost, duplicated := compareRows(t, s.URL, writers)
	slowest, failedReads := percentile(reads.answers, 1), len(failed(reads.answers))
	after := len(failed(since(writers.answers, ended.Add(time.Second))))
	return []row{
		{
			7, f.name + ": writes", fmt.Sprintf("%v; %d acknowledged, %d lost", statuses(during), acked, lost),
			fmt.Sprintf("%v, few stored, 0 lost", f.allowed), refused+stored == len(during) && refused > 10*stored && acked > 0 && lost+duplicated == 0, true,
		},
		{
			7, f.name + ": reads", fmt.Sprintf("%d, %d failed, slowest %.2f s", len(reads.answers), failedReads, slowest.Seconds()),
			"0 failed, ≤ 1 s", failedReads == 0, slowest <= time.Second,
		},
		{7, f.name + ": 1 s afterwards, without a restart", fmt.Sprintf("%d writes failed", after), "0", after == 0, true},
	}
}

func TestSQLiteDiskIsFull(t *testing.T) {
	requireFaults(t)
	dir := smallDisk(t, 16)
	var free func()
	writeFault{
		name: "disk full, SQLite", url: "sqlite:" + filepath.Join(dir, "small.db"),
		begin: func(*service) { free = fill(t, dir) }, end: func(*service) { free() },
		allowed: []int{http.StatusInsufficientStorage},
	}.check(t)
}

func TestPostgreSQLDiskIsFull(t *testing.T) {
	requireFaults(t)
	dir := smallDisk(t, 120)
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	t.Setenv("TMPDIR", dir) // the server creates its data folder there
	_, url := newPostgres(t, "max_wal_size=32MB", "min_wal_size=32MB")
	var free func()
	writeFault{
		name: "disk full, PostgreSQL", url: url,
		begin: func(*service) { free = fill(t, dir) }, end: func(*service) { free() },
		allowed: []int{http.StatusInsufficientStorage},
	}.check(t)
}

// A limit on the size of files simulates a disk with write errors.
func TestSQLiteWritesFail(t *testing.T) {
	requireFaults(t)
	limit := func(s *service, size string) {
		pid := strconv.Itoa(s.Process.Process.Pid)
		if output, err := exec.Command("prlimit", "--pid", pid, "--fsize="+size+":").CombinedOutput(); err != nil {
			t.Fatalf("prlimit: %v: %s", err, output)
		}
	}
	writeFault{
		name: "write errors, SQLite", url: newSQLite(t),
		begin: func(s *service) { limit(s, "4096") }, end: func(s *service) { limit(s, "unlimited") },
		allowed: []int{http.StatusServiceUnavailable, http.StatusInsufficientStorage},
	}.check(t)
}

func TestSQLiteFileIsLocked(t *testing.T) {
	requireFaults(t)
	url := newSQLite(t)
	other, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	do := func(statement string) func(*service) {
		return func(*service) {
			for end := time.Now().Add(10 * time.Second); ; {
				_, err := other.Exec(statement)
				if err == nil {
					return
				}
				if time.Now().After(end) {
					t.Fatal(err)
				}
			}
		}
	}
	writeFault{
		name: "another program locks the file", url: url, settings: []string{"REQUEST_TIMEOUT=1s"},
		begin: do("begin exclusive"), end: do("commit"),
		allowed: []int{http.StatusServiceUnavailable, http.StatusGatewayTimeout},
	}.check(t)
}

func TestManySQLiteWritersGetNoLockError(t *testing.T) {
	requireFaults(t)
	s := startService(t, newSQLite(t), "MAX_IN_FLIGHT=128") // so that all writers reach the file
	l := runFor(t, 3*time.Second, 64, post(s.URL))
	acked, lost, _ := compareRows(t, s.URL, l)
	record(t, 7, "64 writers at once, SQLite", fmt.Sprintf("%v, %d lost", statuses(l.answers), lost), "all 201", len(failed(l.answers)) == 0 && acked > 0 && lost == 0)
}
