package faults

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Promise 9: at its limits the service refuses or waits, and does not die.

// readyWithin returns how long a service takes to serve reads and writes again.
func readyWithin(t *testing.T, s *service) time.Duration {
	t.Helper()
	l := &load{requests: t.Context(), client: http.Client{Timeout: time.Second}}
	begin := time.Now()
	for good := 0; good < 20 && time.Since(begin) < 20*time.Second; {
		a, _ := l.do("POST", collection(s.URL), target.Body("x"))
		b, _ := l.do("GET", s.URL+"/healthcheck", "")
		if good++; !a.ok() || !b.ok() {
			good = 0
			time.Sleep(10 * time.Millisecond)
		}
	}
	return time.Since(begin)
}

func alive(s *service) bool {
	select {
	case <-s.Ended:
		return false
	default:
		return true
	}
}

func TestDescriptorsAreExhausted(t *testing.T) {
	need(t)
	s := startServiceUnder(t, []string{"prlimit", "--nofile=64"}, newSQLite(t))
	var conns []net.Conn
	for range 300 {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(s.URL, "http://"), time.Second)
		if err != nil {
			break // the queue of the kernel is full, too
		}
		conns = append(conns, conn)
	}
	time.Sleep(3 * time.Second)
	survived := alive(s)
	for _, conn := range conns {
		conn.Close()
	}
	ready := readyWithin(t, s)
	record(t, 9, fmt.Sprintf("64 descriptors, %d connections", len(conns)), fmt.Sprintf("alive: %v; ready after %.1f s", survived, ready.Seconds()),
		"alive, ≤ 2 s", survived && len(conns) > 64 && ready <= 2*time.Second)
}

// inGroup returns a command that runs the service in a control group with a limit:
// the file's name and value in the first version of control groups, or in the second.
func inGroup(t *testing.T, controller, v1, v1Value, v2, v2Value string) []string {
	t.Helper()
	needRoot(t, "a control group")
	dir, file, value := filepath.Join("/sys/fs/cgroup", controller), v1, v1Value
	if _, err := os.Stat(dir); err != nil {
		dir, file, value = "/sys/fs/cgroup", v2, v2Value
	}
	dir = filepath.Join(dir, fmt.Sprintf("faults-%d-%s", os.Getpid(), controller))
	must(t, os.Mkdir(dir, 0o755))
	t.Cleanup(func() {
		for range 100 { // it is empty when the service has ended
			if os.Remove(dir) == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	must(t, os.WriteFile(filepath.Join(dir, file), []byte(value), 0o600))
	return []string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, dir}
}

func TestMemoryIsShort(t *testing.T) {
	need(t)
	const limit = "67108864"
	group := inGroup(t, "memory", "memory.limit_in_bytes", limit, "memory.max", limit)
	s := startServiceUnder(t, group, newSQLite(t))
	fillRows(t, s.URL, 1000) // as many as the largest page has
	checkStarved(t, s, "64 MB of memory", everything(s.URL))
	checkStarved(t, s, "64 MB of memory, pages for browsers alone", page(s.URL))
}

// A form is shown again when it is refused, and a page is larger than what it shows.
func TestHostileFormsFitIntoTheMemoryOfTheCluster(t *testing.T) {
	need(t)
	const limit = "134217728" // as compose.yaml has it
	group := inGroup(t, "memory", "memory.limit_in_bytes", limit, "memory.max", limit)
	s := startServiceUnder(t, group, newSQLite(t))
	apostrophes := strings.Repeat("'", 1_000_000)
	checkStarved(t, s, "128 MB of memory, forms of 1 MB", mix(
		form(s.URL, target.Text+"="+apostrophes), form(s.URL, "_content="+apostrophes), form(s.URL, "_etag="+apostrophes),
		form(s.URL, target.Text+"="+strings.Repeat("%01", 330_000)), form(s.URL, strings.Repeat("x&", 500_000)),
		form(s.URL+strings.Repeat("/a", 30_000), ""),
	))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Cmd.Process.Pid))
	must(t, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	record(t, 9, "the memory that these took", peak, "alive", alive(s))
}

// form sends one that is refused, and wants it back as a page.
func form(url, body string) ask {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("POST", collection(url)+"?format=html", body, "application/x-www-form-urlencoded")
		a.problem = a.status >= 400
		return a
	}
}

func TestProcessorIsShort(t *testing.T) {
	need(t)
	group := inGroup(t, "cpu", "cpu.cfs_quota_us", "50000", "cpu.max", "50000 100000")
	s := startServiceUnder(t, group, newSQLite(t))
	checkStarved(t, s, "half a processor", everything(s.URL))
}

// everything asks for much at once: pages, as JSON and for browsers, writes, bodies of
// the greatest size.
func everything(url string) ask {
	return mix(get(collection(url)+"?limit=1000"), post(url), get(item(url)), upload(url), page(url))
}

// page asks for what a browser shows, where a problem is a page, too.
func page(url string) ask {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("GET", collection(url)+"?limit=1000&format=html", "")
		a.problem = a.problem || a.again > 0
		return a
	}
}

// checkStarved has 64 clients ask the service, and holds it to live on.
func checkStarved(t *testing.T, s *service, name string, next ask) {
	t.Helper()
	l := startLoad(t, 64, next)
	time.Sleep(6 * time.Second)
	survived := alive(s)
	l.stop()
	other := 0
	for _, a := range l.answers {
		if !a.ok() && !a.problem {
			other++
		}
	}
	ready := readyWithin(t, s)
	record(t, 9, name+", 64 clients", fmt.Sprintf("alive: %v; %v, %d no problem; ready after %.1f s", survived, statuses(l.answers), other, ready.Seconds()),
		"alive, 0, ≤ 2 s", survived && alive(s) && other == 0 && ready <= 2*time.Second)
}

// upload sends a body that is as large as bodies may be, and is refused for what it says.
func upload(url string) ask {
	body := target.Body(strings.Repeat("x", 1<<20-len(target.Body("x"))+1))
	return func(l *load, _, _ int) answer {
		a, _ := l.do("POST", collection(url), body)
		return a
	}
}

// A server that takes fewer connections than the pools of all replicas refuses some:
// those requests get a 503.
func TestDatabaseRefusesConnections(t *testing.T) {
	need(t)
	_, url := newPostgres(t, "max_connections=8", "superuser_reserved_connections=0", "max_wal_senders=0")
	var answers []answer
	for range 2 {
		s := startService(t, url)
		l := startLoad(t, 16, mix(post(s.URL), get(collection(s.URL))))
		time.Sleep(2 * time.Second)
		l.mu.Lock()
		answers = append(answers, l.answers...)
		l.mu.Unlock()
	}
	wrong := 0
	for _, a := range answers {
		if !a.ok() && (a.status != http.StatusServiceUnavailable || !a.problem) {
			wrong++
		}
	}
	record(t, 9, "8 connections for two pools of 10", fmt.Sprintf("%v, %d no 503", statuses(answers), wrong), "503 where refused, 0", wrong == 0 && statuses(answers)[503] > 0)
}
