package faults

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
)

// Promise 2: during a shutdown each request on an open connection is still answered.
func TestShutdownLosesNoRequest(t *testing.T) {
	requireFaults(t)
	var answered, lost, wrong atomic.Int64
	n := rounds(2, 15)
	for range n {
		s := startService(t, newSQLite(t))
		var clients sync.WaitGroup
		for _, request := range []string{
			"GET " + target.Path + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
			fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", target.Path, len(target.Body("x")), target.Body("x")),
		} {
			for range 16 {
				clients.Go(func() {
					for {
						conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
						if err != nil {
							return // the listener is closed: nothing was sent
						}
						count, err := processtest.RepeatRequest(conn, request)
						answered.Add(count)
						if err != nil {
							lost.Add(1)
							return
						}
					}
				})
			}
		}
		time.Sleep(300 * time.Millisecond)
		s.signal(t, syscall.SIGTERM)
		clients.Wait()
		if status, err := s.Wait(20 * time.Second); err != nil || status != 0 {
			wrong.Add(1)
		}
	}
	record(t, 2, fmt.Sprintf("SIGTERM under load on open connections, %d times", n),
		fmt.Sprintf("%d answered, %d lost, %d exits other than 0", answered.Load(), lost.Load(), wrong.Load()), "0 lost, exit 0", answered.Load() > 0 && lost.Load()+wrong.Load() == 0)
}

// Promise 2: a shutdown waits for requests in flight, and answers those that take too long.
func TestShutdownAnswersRequestsInFlight(t *testing.T) {
	requireFaults(t)
	_, url := newPostgres(t)
	conn := connect(t, url)
	lock, unlock := lockTable(t, url)
	for _, tt := range []struct {
		fault, wanted string
		settings      []string
		lasts, limit  time.Duration
		status        int
	}{
		{"SIGTERM while a request takes 3 s", "201, exit 0, ≤ 8 s", nil, 3 * time.Second, 8 * time.Second, http.StatusCreated},
		{"SIGTERM while a request takes longer than SHUTDOWN_TIMEOUT", "503, exit 0, ≤ 2.2 s", []string{"SHUTDOWN_TIMEOUT=2s"}, clientTimeout, 2200 * time.Millisecond, http.StatusServiceUnavailable},
	} {
		retryIfSlow(t, func() []row {
			s := startService(t, url, tt.settings...)
			lock()
			l := startLoad(t, 1, func(l *load, worker, n int) answer {
				defer l.cancel() // send only one request
				return post(s.URL)(l, worker, n)
			})
			awaitLockWaits(t, conn, 1)
			s.signal(t, syscall.SIGTERM)
			begin := time.Now()
			select {
			case <-s.Ended:
			case <-time.After(tt.lasts):
			}
			unlock()
			exit, err := s.Wait(clientTimeout)
			must(t, err)
			took := time.Since(begin)
			l.stop()
			status := l.answers[0].status
			return []row{{2, tt.fault, fmt.Sprintf("answer %d, exit %d after %.1f s", status, exit, took.Seconds()), tt.wanted, status == tt.status && exit == 0, took < tt.limit}}
		})
	}
}

// balancer is a load balancer that checks the health of its replicas and sends requests to the
// healthy ones. It does not retry failed requests.
type balancer struct {
	*httptest.Server
	replicas []*replica
	next     atomic.Int64
}

type replica struct {
	*httputil.ReverseProxy
	url   string
	ready atomic.Bool
}

func newBalancer(t *testing.T, services ...*service) *balancer {
	t.Helper()
	b := &balancer{}
	for _, s := range services {
		target, err := url.Parse(s.URL)
		must(t, err)
		r := &replica{ReverseProxy: httputil.NewSingleHostReverseProxy(target), url: s.URL}
		r.Transport = &http.Transport{MaxIdleConnsPerHost: 100}
		r.ready.Store(true)
		b.replicas = append(b.replicas, r)
	}
	go func() {
		for t.Context().Err() == nil {
			for _, r := range b.replicas {
				response, err := http.Get(r.url + "/healthcheck")
				r.ready.Store(err == nil && response.StatusCode == http.StatusOK)
				if err == nil {
					response.Body.Close()
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := int(b.next.Add(1))
	for i := range b.replicas {
		if replica := b.replicas[(first+i)%len(b.replicas)]; replica.ready.Load() {
			replica.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "no replica is ready", http.StatusBadGateway)
}

// Promise 2: a rolling restart of the replicas fails no request.
func TestRollingRestartFailsNoRequest(t *testing.T) {
	requireFaults(t)
	_, database := newPostgres(t)
	// Long enough for the balancer to notice, even on a busy machine.
	const drain = "DRAIN_DELAY=3s"
	services := []*service{startService(t, database, drain), startService(t, database, drain)}
	front := newBalancer(t, services...)
	// No more clients than the limit of concurrent requests: more would rightly get 503s.
	l := startLoad(t, 8, mix(get(item(front.URL)), get(collection(front.URL)), post(front.URL)))
	n := rounds(2, 6)
	for range n {
		for i, s := range services {
			time.Sleep(300 * time.Millisecond)
			s.signal(t, syscall.SIGTERM)
			status, err := s.Wait(20 * time.Second)
			must(t, err)
			if status != 0 {
				t.Errorf("exit status = %d", status)
			}
			s.restart(t)
			if !within(10*time.Second, front.replicas[i].ready.Load) {
				t.Fatal("the balancer does not see that the replica is ready again")
			}
		}
	}
	l.stop()
	acked, lost, duplicated := compareRows(t, services[0].URL, l)
	record(t, 2, fmt.Sprintf("two replicas replaced in turn, %d times each", n), fmt.Sprintf("%d requests, %d failed", len(l.answers), len(failed(l.answers))),
		"0 failed", len(failed(l.answers)) == 0)
	record(t, 1, fmt.Sprintf("two replicas replaced in turn, %d times each", n),
		fmt.Sprintf("%d acknowledged, %d lost, %d duplicated", acked, lost, duplicated), "0 lost, 0 duplicated", acked > 0 && lost+duplicated == 0)
	for _, a := range failed(l.answers) {
		t.Logf("%d %v", a.status, a.err)
	}
}

// Promise 2: if the first start is interrupted at any moment, the next one completes it.
func TestNextStartCompletesAnInterruptedOne(t *testing.T) {
	requireFaults(t)
	n := rounds(10, 60)
	started, complete := 0, 0
	for i := range n {
		database := newSQLite(t)
		first := appCommand(database, "serve", "--address=127.0.0.1:0", "--admin-address=")
		must(t, first.Start())
		time.Sleep(time.Duration(i) * 200 * time.Millisecond / time.Duration(n))
		must(t, first.Process.Signal([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[i%2]))
		_ = first.Wait() // killed, so it returns an error
		p, err := processtest.Start(processtest.Options{Binary: binary, Database: database})
		if err != nil {
			t.Error(err)
			continue
		}
		started++
		var rows []struct{ ID int64 }
		getJSON(t, collection(p.URL), &rows)
		if len(rows) == target.fixtures {
			complete++
		} else {
			t.Errorf("after interrupted start %d of %d: %d rows, want the %d of the fixtures", i, n, len(rows), target.fixtures)
		}
		p.Kill()
	}
	record(t, 2, fmt.Sprintf("first start interrupted, %d times, SQLite", n), fmt.Sprintf("%d next starts succeeded, %d with all fixtures", started, complete),
		"all", started == n && complete == n)
}
