package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

// patience is how long a client repeats a request.
const patience = time.Minute

// keyed is a load of clients that create rows, and repeat each request with its key until there is
// a response. As many clients as there are URLs send the same request, to another URL each first.
type keyed struct {
	urls []string
	run  int64 // distinguishes its rows
	// repeated counts the requests that were repeated, and replayed the responses that were given before.
	repeated, replayed atomic.Int64
}

func newKeyed(urls ...string) *keyed { return &keyed{urls: urls, run: texts.Add(1)} }

func (k *keyed) request(l *load, worker, n int) answer {
	text := fmt.Sprintf("keyed %d %d %d", k.run, worker/len(k.urls), n)
	l.mu.Lock()
	l.sent = append(l.sent, text)
	l.mu.Unlock()
	a := answer{begin: time.Now()}
	for try := 0; time.Since(a.begin) < patience; try++ {
		id, err := k.try(l, k.urls[(worker+try)%len(k.urls)], text)
		if err == nil {
			a.status, a.took = http.StatusCreated, time.Since(a.begin)
			l.mu.Lock()
			l.acked[id] = text
			l.mu.Unlock()
			return a
		}
		k.repeated.Add(1)
		time.Sleep(5 * time.Millisecond)
	}
	a.err = errors.New("there was no response in time")
	return a
}

func (k *keyed) try(l *load, url, text string) (id int64, err error) {
	ctx, cancel := context.WithTimeout(l.requestContext, clientTimeout)
	defer cancel()
	response, err := webtest.Send(ctx, l.transport, "POST", collection(url), target.Body(text), "Idempotency-Key: "+strings.ReplaceAll(text, " ", "-"))
	if err != nil {
		return 0, err
	}
	if response.Status != http.StatusCreated {
		return 0, errors.New(response.Body)
	}
	if response.Header.Get("Idempotency-Replayed") != "" {
		k.replayed.Add(1)
	}
	var created struct{ ID int64 }
	err = json.Unmarshal([]byte(response.Body), &created)
	return created.ID, err
}

// check wants one row for each text, and its id in all responses.
func (k *keyed) check(t *testing.T, fault string, l *load) {
	t.Helper()
	l.stop()
	_, lost, duplicated := compareRows(t, k.urls[0], l)
	sent := map[string]bool{}
	for _, text := range l.sent {
		sent[text] = true
	}
	record(t, 1, fault+", clients repeat with a key",
		fmt.Sprintf("%d rows, %d requests repeated, %d responses given again, %d clients failed, %d lost, %d duplicated",
			len(l.acked), k.repeated.Load(), k.replayed.Load(), len(failed(l.answers)), lost, duplicated),
		"one row each, 0 failed, 0 lost, 0 duplicated",
		len(sent) > 0 && len(l.acked) == len(sent) && k.repeated.Load()+k.replayed.Load() > 0 && len(failed(l.answers))+lost+duplicated == 0)
}

// requireKeys skips the test if the service does not know the header.
func requireKeys(t *testing.T, s *service) {
	t.Helper()
	if !strings.Contains(webtest.At(t, s.URL).Do("GET", s.URL+"/openapi.json", "").Body, "Idempotency-Key") {
		t.Skip("cmd/app/main.go has IdempotencyKeys switched off")
	}
}

// Promise 1: a request that is repeated with its key is carried out once, whatever happens to the service.
func TestRepeatedRequestIsCarriedOutOnceWhenTheServiceIsKilled(t *testing.T) {
	requireFaults(t)
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			s := startService(t, newDatabase(t, engine))
			requireKeys(t, s)
			k := newKeyed(s.URL)
			l := startLoad(t, 8, k.request)
			n := rounds(2, 15)
			for range n {
				time.Sleep(400 * time.Millisecond)
				s.Kill()
				s.restart(t)
			}
			k.check(t, fmt.Sprintf("kill -9 of the service, %d times, %s", n, engine), l)
		})
	}
}

// Promise 1: the same when the response is lost after the commit, and when connections break.
func TestRepeatedRequestIsCarriedOutOnceWhenItsResponseIsLost(t *testing.T) {
	requireFaults(t)
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			s := startService(t, newDatabase(t, engine))
			requireKeys(t, s)
			k := newKeyed(forgetful(t, s.URL))
			l := runFor(t, time.Duration(rounds(1, 5))*time.Second, 8, k.request)
			k.urls[0] = s.URL
			k.check(t, "the first response to each request is lost, "+engine, l)

			p := newProxy(t, strings.TrimPrefix(s.URL, "http://"))
			k = newKeyed("http://" + p.address)
			l = startLoad(t, 8, k.request)
			n := rounds(20, 200)
			for range n {
				time.Sleep(50 * time.Millisecond)
				p.cut()
			}
			k.check(t, fmt.Sprintf("all connections of clients cut, %d times, %s", n, engine), l)
		})
	}
}

// forgetful returns the URL of a proxy that passes each request on, and drops the response to the
// first one with each key.
func forgetful(t *testing.T, service string) string {
	t.Helper()
	target, err := url.Parse(service)
	must(t, err)
	var seen sync.Map
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if _, again := seen.LoadOrStore(r.Request.Header.Get("Idempotency-Key"), true); !again {
			r.Body.Close()
			panic(http.ErrAbortHandler) // the connection to the client is closed
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// Promise 1: the same when clients send one request to two replicas at once, which are killed in turn.
func TestRepeatedRequestIsCarriedOutOnceByTwoReplicas(t *testing.T) {
	requireFaults(t)
	_, database := newPostgres(t)
	services := []*service{startService(t, database), startService(t, database)}
	requireKeys(t, services[0])
	k := newKeyed(services[0].URL, services[1].URL)
	l := startLoad(t, 8, k.request)
	n := rounds(2, 10)
	for range n {
		for _, s := range services {
			time.Sleep(300 * time.Millisecond)
			s.Kill()
			time.Sleep(100 * time.Millisecond)
			s.restart(t)
		}
	}
	k.check(t, fmt.Sprintf("two replicas killed in turn, %d times each", n), l)
}
