package systemtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/webtest"
)

// load is what clients see while the service is replaced, scaled or cut off from its database.
type load struct {
	resource discovertest.Resource
	name     string // begins the text of every row that it creates
	start    time.Time

	mu           sync.Mutex
	result       loadResult
	acknowledged []string // the texts of created rows
}

// loadResult is printed as one line of JSON. Times are in seconds since the start.
type loadResult struct {
	Requests int            `json:"requests"`
	Failed   int            `json:"failed"`
	Failures map[string]int `json:"failures,omitempty"`
	First    float64        `json:"first_failure,omitempty"`
	Last     float64        `json:"last_failure,omitempty"`
	Slowest  float64        `json:"slowest"`
	Writes   int            `json:"writes"`
	Lost     int            `json:"lost"`
	Doubled  int            `json:"doubled"`
	Seconds  float64        `json:"seconds"`
}

// A client waits at most dialTimeout for a connection: the kernel tries again after 1, 3, 7 and 15
// seconds. It waits longer for an answer than the service may take.
const (
	dialTimeout = 12 * time.Second
	loadTimeout = 40 * time.Second
)

// With SYSTEM_TEST_LOAD, as in 10m, this sends requests for at most that long, or until it gets a
// signal to stop: reads and changes, on connections that are kept and on new ones. Then it looks
// for every row whose creation was acknowledged, and prints what happened to the requests.
func TestLoadIsServedWithoutLosingAWrite(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("SYSTEM_TEST_LOAD"))
	if err != nil {
		t.Skip("SYSTEM_TEST_LOAD is not set: nobody asked for load")
	}
	waitUntilReachable(t)
	l := &load{
		resource: needResource(t), name: fmt.Sprintf("%s load %x", temporary, time.Now().UnixMilli()),
		start: time.Now(), result: loadResult{Failures: map[string]int{}},
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, limit)
	defer cancel()
	dialer := &net.Dialer{Timeout: dialTimeout}
	kept := &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 8}
	fresh := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	var group sync.WaitGroup
	for i, transport := range []*http.Transport{kept, kept, kept, kept, fresh, fresh} {
		group.Go(func() { l.run(ctx, func(int) { l.read(transport) }) })
		if i%2 == 1 {
			group.Go(func() { l.run(ctx, func(n int) { l.write(transport, fmt.Sprintf("%s %d/%d", l.name, i, n)) }) })
		}
	}
	group.Wait()
	l.result.Seconds = time.Since(l.start).Seconds()
	l.look(t)
	line, err := json.Marshal(l.result)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("load: %s\n", line)
	if l.result.Lost+l.result.Doubled > 0 {
		t.Error("acknowledged writes are lost, or writes were applied twice")
	}
}

// waitUntilReachable waits until the service responds: the network of a cluster learns of a new one
// a moment after it is ready.
func waitUntilReachable(t *testing.T) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for {
		_, err := webtest.Send(t.Context(), http.DefaultTransport, "GET", baseURL+"/livez", "")
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the service does not respond: %v", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// run sends about 40 requests a second.
func (l *load) run(ctx context.Context, send func(n int)) {
	ticks := time.NewTicker(25 * time.Millisecond)
	defer ticks.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			send(n)
		}
	}
}

func (l *load) read(transport *http.Transport) {
	l.send(transport, "GET", l.resource.Path+"?limit=5", "", http.StatusOK)
}

func (l *load) write(transport *http.Transport, text string) {
	if l.send(transport, "POST", l.resource.Path, l.resource.Body(text), http.StatusCreated) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.acknowledged = append(l.acknowledged, text)
	}
}

// send sends a request, counts its result, and reports whether it has the status that is wanted.
func (l *load) send(transport *http.Transport, method, path, body string, want int) bool {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	defer cancel()
	got, err := webtest.Send(ctx, transport, method, baseURL+path, body)
	took := time.Since(begin)
	switch {
	case err != nil:
		l.fail(kindOf(err), took)
	case got.Status != want:
		l.fail(strconv.Itoa(got.Status), took)
	default:
		l.count(took)
		return true
	}
	return false
}

func (l *load) count(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Requests++
	l.result.Slowest = max(l.result.Slowest, took.Seconds())
}

func (l *load) fail(kind string, took time.Duration) {
	l.count(took)
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.start).Seconds()
	if l.result.Failed == 0 {
		l.result.First = at
	}
	l.result.Failed++
	l.result.Last = at
	l.result.Failures[kind]++
}

// kindOf shortens an error to what errors of its kind have in common.
func kindOf(err error) string {
	var netError net.Error
	var lookup *net.DNSError
	var dial *net.OpError
	switch {
	case errors.As(err, &lookup):
		return "the name is not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "no connection"
	case errors.As(err, &netError) && netError.Timeout():
		return "timeout"
	}
	text := err.Error()
	return text[strings.LastIndex(text, ": ")+1:]
}

// look counts the acknowledged rows that are lost, and the rows that were created twice.
func (l *load) look(t *testing.T) {
	t.Helper()
	c, times := webtest.At(t, baseURL), map[string]int{}
	for path := l.resource.Path + "?limit=1000"; path != ""; {
		answer := c.Want(http.StatusOK, "GET", path, "")
		for _, r := range webtest.JSON[[]row](t, answer) {
			if text, _ := r[l.resource.Text].(string); strings.HasPrefix(text, l.name+" ") {
				times[text]++
			}
		}
		next, _, found := strings.Cut(answer.Header.Get("Link"), `>; rel="next"`)
		if path = ""; found {
			path = next[strings.LastIndex(next, "<")+1:]
		}
	}
	l.result.Writes = len(l.acknowledged)
	for _, text := range l.acknowledged {
		if times[text] == 0 {
			l.result.Lost++
		}
	}
	for _, n := range times {
		l.result.Doubled += n - 1
	}
}
