package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clientTimeout is longer than any answer may take.
const clientTimeout = 20 * time.Second

// answer is what became of one request: a status, or an error of the connection.
type answer struct {
	begin  time.Time
	took   time.Duration
	status int
	err    error
	// problem is whether a 4xx or 5xx came as one, with Retry-After where it is a 5xx.
	problem bool
	// again is how long Retry-After asks to wait.
	again time.Duration
}

// ok reports whether the request was served.
func (a answer) ok() bool { return a.err == nil && a.status < 300 }

// load is workers that send one request after the other.
type load struct {
	client http.Client
	cancel context.CancelFunc
	// requests is the context of every request, which abandon ends.
	requests context.Context
	abandon  context.CancelFunc
	workers  sync.WaitGroup

	mu      sync.Mutex
	answers []answer
	// sent are the texts of the rows that were posted; acked are those that were answered
	// with a 201, by id.
	sent  []string
	acked map[int64]string
}

// ask sends one request of a load.
type ask func(l *load, worker, n int) answer

// startLoad begins to send requests, each worker the next one as soon as the one
// before is over, on connections that are kept. It ends with stop or the test.
func startLoad(t *testing.T, workers int, next ask) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{cancel: cancel, acked: map[int64]string{}}
	l.requests, l.abandon = context.WithCancel(context.Background())
	l.client = http.Client{Timeout: clientTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	for worker := range workers {
		l.workers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				a := next(l, worker, n)
				l.mu.Lock()
				l.answers = append(l.answers, a)
				l.mu.Unlock()
				if a.err != nil {
					time.Sleep(5 * time.Millisecond) // refused connections come fast
				}
			}
		})
	}
	t.Cleanup(l.stop)
	return l
}

// runFor is a load of that length.
func runFor(t *testing.T, duration time.Duration, workers int, next ask) *load {
	t.Helper()
	l := startLoad(t, workers, next)
	time.Sleep(duration)
	l.stop()
	return l
}

// stop lets the requests in flight end, and sends no more.
func (l *load) stop() {
	l.cancel()
	l.workers.Wait()
	l.client.CloseIdleConnections()
}

// leave stops at once, as clients that go away in the middle of a request.
func (l *load) leave() {
	l.cancel()
	l.abandon()
	l.workers.Wait()
}

// finished returns the answers so far.
func (l *load) finished() []answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.answers)
}

// do sends one request, and reads its answer to the end. A body is JSON, unless its
// type is named.
func (l *load) do(method, url, body string, contentType ...string) (answer, []byte) {
	a := answer{begin: time.Now()}
	defer func() { a.took = time.Since(a.begin) }()
	r, err := http.NewRequestWithContext(l.requests, method, url, strings.NewReader(body))
	if err != nil {
		panic(err) // the test names a URL
	}
	if body != "" {
		r.Header.Set("Content-Type", append(contentType, "application/json")[0])
	}
	response, err := l.client.Do(r)
	if err != nil {
		a.err = err
		return a, nil
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	a.status, a.err = response.StatusCode, err
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	a.again = time.Duration(seconds) * time.Second
	a.problem = response.Header.Get("Content-Type") == "application/problem+json" && (a.status < 500 || a.again > 0)
	a.took = time.Since(a.begin)
	return a, data
}

// get returns requests for one URL.
func get(url string) ask {
	return func(l *load, _, _ int) answer {
		a, _ := l.do("GET", url, "")
		return a
	}
}

// texts counts the posted texts, to make each unique.
var texts atomic.Int64

// post returns requests that create rows, each with a unique text, and remember what was
// acknowledged.
func post(url string) ask {
	return func(l *load, _, _ int) answer {
		text := fmt.Sprintf("fault %d", texts.Add(1))
		l.mu.Lock()
		l.sent = append(l.sent, text)
		l.mu.Unlock()
		a, body := l.do("POST", collection(url), target.Body(text))
		if a.status == http.StatusCreated {
			// A 201 that was cut off may have lost its id, but it says that the text is kept.
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

// mix returns requests that are one of these, in turn.
func mix(asks ...ask) ask {
	return func(l *load, worker, n int) answer { return asks[(worker+n)%len(asks)](l, worker, n) }
}

// statuses counts the answers by status; 0 are errors of the connection.
func statuses(answers []answer) map[int]int {
	count := map[int]int{}
	for _, a := range answers {
		count[a.status]++
	}
	return count
}

// failed returns the answers that are not 2xx.
func failed(answers []answer) []answer {
	return slices.DeleteFunc(slices.Clone(answers), answer.ok)
}

// since returns the answers to the requests that were sent from then on.
func since(answers []answer, begin time.Time) []answer {
	return slices.DeleteFunc(slices.Clone(answers), func(a answer) bool { return a.begin.Before(begin) })
}

// percentile returns the time in which that part of the requests was answered.
func percentile(answers []answer, part float64) time.Duration {
	if len(answers) == 0 {
		return 0
	}
	times := make([]time.Duration, len(answers))
	for i, a := range answers {
		times[i] = a.took
	}
	slices.Sort(times)
	return times[min(int(part*float64(len(times))), len(times)-1)]
}

// kept compares the rows of a service with what the loads have sent: how many acknowledged
// rows are lost, and how many texts are stored twice.
func kept(t *testing.T, url string, loads ...*load) (acked, lost, twice int) {
	t.Helper()
	byID, times := map[int64]string{}, map[string]int{}
	for after, more := int64(0), true; more; {
		var page []map[string]any
		getJSON(t, fmt.Sprintf("%s?limit=1000&after=%d", collection(url), after), &page)
		for _, row := range page {
			id, text := int64(row["id"].(float64)), row[target.Text].(string)
			byID[id] = text
			times[text]++
			after = id
		}
		more = len(page) > 0
	}
	for _, l := range loads {
		for id, text := range l.acked {
			acked++
			if byID[id] != text {
				lost++
			}
		}
		for _, text := range l.sent {
			if times[text] > 1 {
				twice++
			}
		}
	}
	return acked, lost, twice
}

// getJSON reads the 200 of a URL into value.
func getJSON(t *testing.T, url string, value any) {
	t.Helper()
	client := http.Client{Timeout: clientTimeout}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %s", url, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(value); err != nil {
		t.Fatal(err)
	}
}
