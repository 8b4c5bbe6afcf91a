package faults

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Promise 10: a service that has run for a while holds no more than it did in the
// beginning. Memory is what is in use after a garbage collection, which the service
// is asked for, without the buffers that go with the load: the load rests then.
func TestSoakLeaksNothing(t *testing.T) {
	need(t)
	s := startService(t, newSQLite(t))
	minutes := rounds(0, 10)
	length := max(75*time.Second, time.Duration(minutes)*time.Minute)
	warm := min(length/3, time.Minute)
	work := mix(get(collection(s.URL)+"?limit=20"), post(s.URL), get(item(s.URL)), get(s.URL+"/nowhere"), refusedBody(s.URL), goesAway(s.URL), get(s.URL+"/docs"))
	runFor(t, warm, 64, work) // so many open all connections of the pool
	before := holdings(t, s)
	runFor(t, length-warm, 8, work)
	after := holdings(t, s)
	for i, what := range []string{"goroutines", "descriptors", "bytes of heap"} {
		growth := after[i]/before[i] - 1
		record(t, 10, fmt.Sprintf("%.0f s of everything: %s", length.Seconds(), what), fmt.Sprintf("%.0f, then %.0f: %+.1f %%", before[i], after[i], growth*100), "≤ 5 %", growth <= 0.05)
	}
	record(t, 10, "panics", fmt.Sprintf("%.0f", metric(t, s, "panics_total")), "0", metric(t, s, "panics_total") == 0)
}

// holdings returns how much a service at rest holds, the least of some moments: a
// single goroutine that is about to end would be 7 % of all.
func holdings(t *testing.T, s *service) [3]float64 {
	t.Helper()
	least := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	for range 4 {
		time.Sleep(time.Second)
		for i, now := range held(t, s) {
			least[i] = min(least[i], now)
		}
	}
	return least
}

func held(t *testing.T, s *service) [3]float64 {
	t.Helper()
	client := http.Client{Timeout: clientTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 2 { // what a collection frees is known after the next one
		response, err := client.Get(s.Admin + "/debug/pprof/heap?gc=1")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	return [3]float64{metric(t, s, "go_goroutines"), metric(t, s, "process_open_fds"), metric(t, s, "go_memstats_heap_alloc_bytes")}
}

// refusedBody returns requests that are wrong in what they send.
func refusedBody(url string) ask {
	return func(l *load, _, n int) answer {
		bodies := []string{`{"x":`, `{"x":1,"x":2}`, `{"other":1}`, target.Body(strings.Repeat("x", 1<<20))}
		a, _ := l.do("POST", collection(url), bodies[n%len(bodies)])
		return a
	}
}

// goesAway returns connections that end in the middle of a request.
func goesAway(url string) ask {
	return func(_ *load, _, n int) answer {
		a := answer{begin: time.Now()}
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			a.err = err
			return a
		}
		defer conn.Close()
		_, a.err = fmt.Fprint(conn, ("POST " + target.Path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")[:20+n%40])
		return a
	}
}
