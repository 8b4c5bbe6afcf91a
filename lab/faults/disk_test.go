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

// smallDisk mounts a file system of that many megabytes, and returns its folder.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	needRoot(t, "mounting a small file system")
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

// needRoot skips a test that only root can run; CI is root.
func needRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	if os.Getenv("FAULTS") == "ci" {
		t.Fatal(what + " needs root")
	}
	t.Skip(what + " needs root")
}

// fill leaves no room on a disk, and returns what gives it back.
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

// writesFail is a fault under which writes cannot be made durable.
type writesFail struct {
	name       string
	url        string
	settings   []string
	begin, end func(s *service)
	allowed    []int
}

// check holds a service to promise 7 while the fault lasts, and after it.
func (f writesFail) check(t *testing.T) {
	t.Helper()
	tries(t, func() []row { return f.measure(t) })
}

func (f writesFail) measure(t *testing.T) []row {
	t.Helper()
	s := startService(t, f.url, f.settings...)
	defer s.Kill()
	// No more than have a turn: who waits for one too long is refused, and that is right.
	writers := startLoad(t, 8, post(s.URL))
	time.Sleep(500 * time.Millisecond)
	f.begin(s)
	time.Sleep(time.Second) // a log or a page may have had room for a few more
	begun := time.Now()
	reads := runFor(t, 3*time.Second, 4, mix(get(item(s.URL)), get(collection(s.URL))))
	ending := time.Now()
	f.end(s) // while this goes on, writes may succeed already
	ended := time.Now()
	time.Sleep(2 * time.Second)
	writers.stop()

	during := slices.DeleteFunc(since(writers.answers, begun), func(a answer) bool { return a.begin.Add(a.took).After(ending) })
	refused, stored := 0, 0
	for _, a := range during {
		switch {
		case a.problem && slices.Contains(f.allowed, a.status):
			refused++
		case a.ok(): // the server has found room for this one, and is held to it below
			stored++
		}
	}
	acked, lost, twice := kept(t, s.URL, writers)
	slowest, failedReads := percentile(reads.answers, 1), len(failed(reads.answers))
	after := len(failed(since(writers.answers, ended.Add(time.Second))))
	return []row{
		{
			7, f.name + ": writes", fmt.Sprintf("%v; of %d acknowledged %d lost", statuses(during), acked, lost),
			fmt.Sprintf("%v, few stored, 0 lost", f.allowed), refused+stored == len(during) && refused > 10*stored && acked > 0 && lost+twice == 0, true,
		},
		{
			7, f.name + ": reads", fmt.Sprintf("%d, %d failed, slowest %.2f s", len(reads.answers), failedReads, slowest.Seconds()),
			"0 failed, ≤ 1 s", failedReads == 0, slowest <= time.Second,
		},
		{7, f.name + ": 1 s after it, without a restart", fmt.Sprintf("%d writes failed", after), "0", after == 0, true},
	}
}

func TestDiskOfSQLiteIsFull(t *testing.T) {
	need(t)
	dir := smallDisk(t, 16)
	var free func()
	writesFail{
		name: "disk full, SQLite", url: "sqlite:" + filepath.Join(dir, "small.db"),
		begin: func(*service) { free = fill(t, dir) }, end: func(*service) { free() },
		allowed: []int{http.StatusInsufficientStorage},
	}.check(t)
}

func TestDiskOfPostgreSQLIsFull(t *testing.T) {
	need(t)
	dir := smallDisk(t, 120)
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	t.Setenv("TMPDIR", dir) // where the server keeps its data
	_, url := newPostgres(t, "max_wal_size=32MB", "min_wal_size=32MB")
	var free func()
	writesFail{
		name: "disk full, PostgreSQL", url: url,
		begin: func(*service) { free = fill(t, dir) }, end: func(*service) { free() },
		allowed: []int{http.StatusInsufficientStorage},
	}.check(t)
}

// A limit on the size of files stands for a disk that refuses to write.
func TestFilesCannotGrow(t *testing.T) {
	need(t)
	limit := func(s *service, size string) {
		pid := strconv.Itoa(s.Process.Process.Pid)
		if output, err := exec.Command("prlimit", "--pid", pid, "--fsize="+size+":").CombinedOutput(); err != nil {
			t.Fatalf("prlimit: %v: %s", err, output)
		}
	}
	writesFail{
		name: "write errors, SQLite", url: newSQLite(t),
		begin: func(s *service) { limit(s, "4096") }, end: func(s *service) { limit(s, "unlimited") },
		allowed: []int{http.StatusServiceUnavailable, http.StatusInsufficientStorage},
	}.check(t)
}

func TestFileOfSQLiteIsLocked(t *testing.T) {
	need(t)
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
	writesFail{
		name: "another program locks the file", url: url, settings: []string{"REQUEST_TIMEOUT=1s"},
		begin: do("begin exclusive"), end: do("commit"),
		allowed: []int{http.StatusServiceUnavailable, http.StatusGatewayTimeout},
	}.check(t)
}

func TestManyWritersOfOneFileNeverSeeItLocked(t *testing.T) {
	need(t)
	s := startService(t, newSQLite(t), "MAX_IN_FLIGHT=128") // all have a turn, and meet at the file
	l := runFor(t, 3*time.Second, 64, post(s.URL))
	acked, lost, _ := kept(t, s.URL, l)
	record(t, 7, "64 writers at once, SQLite", fmt.Sprintf("%v, %d lost", statuses(l.answers), lost), "all 201", len(failed(l.answers)) == 0 && acked > 0 && lost == 0)
}
