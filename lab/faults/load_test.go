package faults

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

// clientTimeout is longer than the service may take to answer.
const clientTimeout = 20 * time.Second

// load is a number of workers that each send one request after another.
type load struct {
	transport *http.Transport // nil is sharedTransport
	timeout   time.Duration   // of a request; 0 is clientTimeout
	cancel    context.CancelFunc
	// requestContext is the context of every request. cancelRequests cancels it.
	requestContext context.Context
	cancelRequests context.CancelFunc
	workers        sync.WaitGroup

	mu      sync.Mutex
	answers []answer
	// sent are the texts of all posted rows, acked those of the rows answered with a 201, by id.
	sent  []string
	acked map[int64]string
}

// sharedTransport is for single requests.
var sharedTransport = &http.Transport{}

// request sends request n of a worker.
type request func(l *load, worker, n int) answer

// startLoad starts workers that send requests over keep-alive connections without a pause, until
// stop is called or the test ends.
func startLoad(t *testing.T, workers int, next request) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel, acked: map[int64]string{}}
	l.requestContext, l.cancelRequests = context.WithCancel(context.Background())
	l.transport = &http.Transport{MaxIdleConnsPerHost: workers}
	for worker := range workers {
		l.workers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				a := next(l, worker, n)
				l.mu.Lock()
				l.answers = append(l.answers, a)
				l.mu.Unlock()
				if a.err != nil {
					time.Sleep(5 * time.Millisecond) // connections may be refused at once
				}
			}
		})
	}
	t.Cleanup(l.stop)
	return l
}

// runFor runs a load for this duration.
func runFor(t *testing.T, duration time.Duration, workers int, next request) *load {
	t.Helper()
	l := startLoad(t, workers, next)
	time.Sleep(duration)
	l.stop()
	return l
}

// stop waits for the requests in flight and sends no more.
func (l *load) stop() {
	l.cancel()
	l.workers.Wait()
	l.transport.CloseIdleConnections()
}

// abort stops at once and cancels the requests in flight.
func (l *load) abort() {
	l.cancel()
	l.cancelRequests()
	l.workers.Wait()
}

// finished returns the responses so far.
func (l *load) finished() []answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.answers)
}

// do sends one request and reads the whole response. The type of a body is JSON by default.
func (l *load) do(method, url, body string, contentType ...string) (answer, []byte) {
	a := answer{begin: time.Now()}
	defer func() { a.took = time.Since(a.begin) }()
	ctx, cancel := context.WithTimeout(l.requestContext, cmp.Or(l.timeout, clientTimeout))
	defer cancel()
	var headers []string
	for _, name := range contentType {
		headers = append(headers, "Content-Type: "+name)
	}
	response, err := webtest.Send(ctx, cmp.Or(l.transport, sharedTransport), method, url, body, headers...)
	a.status, a.err = response.Status, err
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	a.retryAfter = time.Duration(seconds) * time.Second
	a.problem = response.Header.Get("Content-Type") == "application/problem+json" && (a.status < 500 || a.retryAfter > 0)
	a.took = time.Since(a.begin)
	return a, []byte(response.Body)
}

// get returns a request for a URL.
func get(url string) request {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("GET", url, "")
		return a
	}
}

// texts is the number of texts so far. It makes each of them unique.
var texts atomic.Int64

// post returns a request that creates a row with a unique text, and records it in sent and acked.
func post(url string) request {
	return func(l *load, _, _ int) answer {
		text := fmt.Sprintf("fault %d", texts.Add(1))
		l.mu.Lock()
		l.sent = append(l.sent, text)
		l.mu.Unlock()
		a, body := l.do("POST", collection(url), target.Body(text))
		if a.status == http.StatusCreated {
			// If the body was cut off, the id is unknown and the row is not checked.
			var created struct{ ID int64 }
			if err := json.Unmarshal(body, &created); err == nil {
				l.mu.Lock()
				l.acked[created.ID] = text
				l.mu.Unlock()
			}
		}
		return a
	}
}

// mix returns a request that sends one of these in rotation.
func mix(requests ...request) request {
	return func(l *load, worker, n int) answer { return requests[(worker+n)%len(requests)](l, worker, n) }
}
