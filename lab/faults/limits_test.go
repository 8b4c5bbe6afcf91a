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

// Promise 9: a service that runs out of a resource refuses requests or lets them wait, and survives.

// readyWithin returns how long a service takes until 20 writes and health checks in a row succeed.
func readyWithin(t *testing.T, s *service) time.Duration {
	t.Helper()
	l := &load{requestContext: t.Context(), timeout: time.Second}
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

func TestFileDescriptorsRunOut(t *testing.T) {
	requireFaults(t)
	s := startWrapped(t, []string{"prlimit", "--nofile=64"}, newSQLite(t))
	var conns []net.Conn
	for range 300 {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(s.URL, "http://"), time.Second)
		if err != nil {
			break // the kernel's accept queue is full
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

// cgroup returns a wrapper command that runs the service in a control group with a limit: v1Value in
// the file v1, or with version 2 of cgroups v2Value in the file v2.
func cgroup(t *testing.T, controller, v1, v1Value, v2, v2Value string) []string {
	t.Helper()
	requireRoot(t, "a control group")
	dir, file, value := filepath.Join("/sys/fs/cgroup", controller), v1, v1Value
	if _, err := os.Stat(dir); err != nil {
		dir, file, value = "/sys/fs/cgroup", v2, v2Value
	}
	dir = filepath.Join(dir, fmt.Sprintf("faults-%d-%s", os.Getpid(), controller))
	must(t, os.Mkdir(dir, 0o755))
	t.Cleanup(func() {
		for range 100 { // the group can be removed after the service has ended
			if os.Remove(dir) == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	must(t, os.WriteFile(filepath.Join(dir, file), []byte(value), 0o600))
	return []string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, dir}
}

func TestMemoryIsLimited(t *testing.T) {
	requireFaults(t)
	const limit = "67108864"
	group := cgroup(t, "memory", "memory.limit_in_bytes", limit, "memory.max", limit)
	s := startWrapped(t, group, newSQLite(t))
	fillRows(t, s.URL, 1000) // one page of the maximum size
	checkSurvives(t, s, "64 MB of memory", mixedLoad(s.URL))
	checkSurvives(t, s, "64 MB of memory, HTML pages only", htmlPage(s.URL))
}

// A refused form is shown again with its values, which HTML escaping makes even longer.
func TestHostileFormsFitInTheClusterMemoryLimit(t *testing.T) {
	requireFaults(t)
	const limit = "134217728" // that of the server there
	group := cgroup(t, "memory", "memory.limit_in_bytes", limit, "memory.max", limit)
	s := startWrapped(t, group, newSQLite(t))
	apostrophes := strings.Repeat("'", 1_000_000)
	checkSurvives(t, s, "128 MB of memory, forms of 1 MB", mix(
		refusedForm(s.URL, target.Text+"="+apostrophes), refusedForm(s.URL, "_content="+apostrophes), refusedForm(s.URL, "_etag="+apostrophes),
		refusedForm(s.URL, target.Text+"="+strings.Repeat("%01", 330_000)), refusedForm(s.URL, strings.Repeat("x&", 500_000)),
		refusedForm(s.URL+strings.Repeat("/a", 30_000), ""),
	))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Cmd.Process.Pid))
	must(t, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	record(t, 9, "peak memory of these forms", peak, "alive", alive(s))
}

// refusedForm sends an invalid form and expects an HTML page as the response.
func refusedForm(url, body string) request {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("POST", collection(url)+"?format=html", body, "application/x-www-form-urlencoded")
		a.problem = a.status >= 400
		return a
	}
}

func TestCPUIsLimited(t *testing.T) {
	requireFaults(t)
	group := cgroup(t, "cpu", "cpu.cfs_quota_us", "50000", "cpu.max", "50000 100000")
	s := startWrapped(t, group, newSQLite(t))
	checkSurvives(t, s, "half a CPU", mixedLoad(s.URL))
}

// mixedLoad mixes the expensive requests: large pages as JSON and HTML, writes, and bodies of the
// maximum size.
func mixedLoad(url string) request {
	return mix(get(collection(url)+"?limit=1000"), post(url), get(item(url)), largeBody(url), htmlPage(url))
}

// htmlPage requests a large page as HTML. Its errors are HTML pages, too, with Retry-After.
func htmlPage(url string) request {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("GET", collection(url)+"?limit=1000&format=html", "")
		a.problem = a.problem || a.retryAfter > 0
		return a
	}
}

// checkSurvives sends requests of 64 clients, and checks that the service survives and recovers.
func checkSurvives(t *testing.T, s *service, name string, next request) {
	t.Helper()
	l := startLoad(t, 64, next)
	time.Sleep(6 * time.Second)
	survived := alive(s)
	l.stop()
	unexpected := 0
	for _, a := range l.answers {
		if !a.ok() && !a.problem {
			unexpected++
		}
	}
	ready := readyWithin(t, s)
	record(t, 9, name+", 64 clients", fmt.Sprintf("alive: %v; %v, %d errors without a problem document; ready after %.1f s", survived, statuses(l.answers), unexpected, ready.Seconds()),
		"alive, 0, ≤ 2 s", survived && alive(s) && unexpected == 0 && ready <= 2*time.Second)
}

// largeBody sends a body of the maximum size, which is refused because its text is too long.
func largeBody(url string) request {
	body := target.Body(strings.Repeat("x", 1<<20-len(target.Body("x"))+1))
	return func(l *load, _, _ int) answer {
		a, _ := l.do("POST", collection(url), body)
		return a
	}
}

// If PostgreSQL accepts fewer connections than the pools of all replicas want, the requests that
// get no connection are answered with a 503.
func TestDatabaseRefusesConnections(t *testing.T) {
	requireFaults(t)
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
	record(t, 9, "max_connections=8 for two pools of 10", fmt.Sprintf("%v, %d errors other than 503", statuses(answers), wrong), "some 503, 0 other errors", wrong == 0 && statuses(answers)[503] > 0)
}
