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

// Promise 10: over time the service leaks no goroutines, descriptors or memory. Usage is measured
// without load, and memory after a garbage collection.
func TestSoakLeaksNothing(t *testing.T) {
	requireFaults(t)
	s := startService(t, newSQLite(t))
	length := time.Duration(rounds(45, 600)) * time.Second
	warm := min(length/3, time.Minute)
	work := mix(get(collection(s.URL)+"?limit=20"), post(s.URL), get(item(s.URL)), get(s.URL+"/nowhere"), invalidBody(s.URL), disconnect(s.URL), get(s.URL+"/docs"))
	runFor(t, warm, 64, work) // enough clients to open all connections of the pool
	before := idleUsage(t, s)
	runFor(t, length-warm, 8, work)
	after := idleUsage(t, s)
	for i, what := range []string{"goroutines", "descriptors", "bytes of heap"} {
		growth := after[i]/before[i] - 1
		record(t, 10, fmt.Sprintf("%.0f s of mixed load: %s", length.Seconds(), what), fmt.Sprintf("%.0f, then %.0f: %+.1f %%", before[i], after[i], growth*100), "≤ 5 %", growth <= 0.05)
	}
	record(t, 10, "panics", fmt.Sprintf("%.0f", metric(t, s, "panics_total")), "0", metric(t, s, "panics_total") == 0)
}

// idleUsage returns the lowest of several measurements of an idle service: a single goroutine that
// is about to end would be 7 % of all.
func idleUsage(t *testing.T, s *service) [3]float64 {
	t.Helper()
	lowest := [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	for range 4 {
		time.Sleep(time.Second)
		for i, now := range usage(t, s) {
			lowest[i] = min(lowest[i], now)
		}
	}
	return lowest
}

// usage returns the number of goroutines, of descriptors, and of bytes in use on the heap.
func usage(t *testing.T, s *service) [3]float64 {
	t.Helper()
	client := http.Client{Timeout: clientTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 2 { // what a collection freed is counted after the next one
		response, err := client.Get(s.Admin + "/debug/pprof/heap?gc=1")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	return [3]float64{metric(t, s, "go_goroutines"), metric(t, s, "process_open_fds"), metric(t, s, "go_memstats_heap_alloc_bytes")}
}

// invalidBody returns a request with one of several invalid bodies.
func invalidBody(url string) request {
	return func(l *load, _, n int) answer {
		bodies := []string{`{"x":`, `{"x":1,"x":2}`, `{"other":1}`, target.Body(strings.Repeat("x", 1<<20))}
		a, _ := l.do("POST", collection(url), bodies[n%len(bodies)])
		return a
	}
}

// disconnect returns a request that closes its connection before the request is complete.
func disconnect(url string) request {
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
