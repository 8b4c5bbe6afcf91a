package app

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/webtest"
)

// cache is a shared cache in front of a service (RFC 9111). It keeps answers without an
// explicit lifetime for the whole test, as the RFC allows.
type cache struct {
	backend string
	mu      sync.Mutex
	stored  map[string][]*stored
}

type stored struct {
	varied http.Header // the request headers that Vary names
	status int
	header http.Header
	body   []byte
}

// heuristic are the statuses that a cache may store without an explicit lifetime (RFC 9110, section 15.1).
var heuristic = map[int]bool{200: true, 204: true, 300: true, 301: true, 308: true, 404: true, 405: true, 410: true, 414: true, 501: true}

func startCache(t *testing.T, backend string) string {
	t.Helper()
	front := httptest.NewServer(&cache{backend: backend, stored: map[string][]*stored{}})
	t.Cleanup(front.Close)
	return front.URL
}

func (c *cache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.send(w, c.forward(r, nil), "changed")
		delete(c.stored, key)
		return
	}
	for _, s := range c.stored[key] {
		if !s.answers(r) {
			continue
		}
		if !directive(s.header, "no-cache") {
			c.send(w, s, "hit")
			return
		}
		fresh := c.forward(r, s.header["Etag"])
		if fresh.status == http.StatusNotModified && r.Header.Get("If-None-Match") == "" {
			for name, values := range fresh.header {
				s.header[name] = values
			}
			c.send(w, s, "revalidated")
			return
		}
		c.keep(r, key, fresh)
		c.send(w, fresh, "expired")
		return
	}
	fresh := c.forward(r, nil)
	c.keep(r, key, fresh)
	c.send(w, fresh, "miss")
}

// answers reports whether the stored answer fits the request: the headers named by Vary are equal.
func (s *stored) answers(r *http.Request) bool {
	for name, values := range s.varied {
		if strings.Join(r.Header.Values(name), ",") != strings.Join(values, ",") {
			return false
		}
	}
	return true
}

func (c *cache) keep(r *http.Request, key string, fresh *stored) {
	if r.Method != http.MethodGet || !heuristic[fresh.status] || directive(fresh.header, "no-store") || directive(fresh.header, "private") {
		return
	}
	fresh.varied = http.Header{}
	for _, line := range fresh.header["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			fresh.varied[name] = r.Header[name]
		}
	}
	c.stored[key] = append([]*stored{fresh}, c.stored[key]...)
}

func directive(header http.Header, name string) bool {
	return strings.Contains(strings.Join(header["Cache-Control"], ","), name)
}

// forward sends the request to the service, with the ETags of the stored answer.
func (c *cache) forward(r *http.Request, etags []string) *stored {
	body, _ := io.ReadAll(r.Body) // the service refuses a body that is cut off
	forwarded, _ := http.NewRequestWithContext(r.Context(), r.Method, c.backend+r.URL.RequestURI(), bytes.NewReader(body))
	forwarded.Header = r.Header.Clone()
	if etags != nil && r.Header.Get("If-None-Match") == "" {
		forwarded.Header["If-None-Match"] = etags
	}
	response, err := transport.RoundTrip(forwarded)
	if err != nil {
		return &stored{status: http.StatusBadGateway, header: http.Header{}}
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body) // a test that compares it notices if it is cut off
	return &stored{status: response.StatusCode, header: response.Header, body: text}
}

func (c *cache) send(w http.ResponseWriter, s *stored, how string) {
	for name, values := range s.header {
		w.Header()[name] = values
	}
	w.Header().Set("X-Cache", how)
	w.WriteHeader(s.status)
	_, _ = w.Write(s.body) // the client of the test waits for it
}

func TestSharedCacheServesNoStaleAnswers(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startService(t, env)
		front := startCache(t, s.url)
		ask := func(status int, method, path, body string, headers ...string) webtest.Response {
			t.Helper()
			got := s.Do(method, front+path, body, headers...)
			if got.Status != status {
				t.Errorf("%s %s = %d %s, want %d", method, path, got.Status, got.Body, status)
			}
			return got
		}
		ask(404, "GET", "/book/3", "")
		ask(200, "GET", "/book/", "")
		ask(201, "POST", "/book/", titled("Before"))
		ask(200, "GET", "/book/3", "")
		if got := ask(200, "GET", "/book/3", ""); got.Header.Get("X-Cache") != "revalidated" {
			t.Errorf("the cache does not revalidate what it stored: %v", got.Header)
		}
		// Changes that bypass the cache are visible as well.
		s.Do("PUT", "/book/3", titled("After"))
		if got := ask(200, "GET", "/book/3", ""); !strings.Contains(got.Body, "After") {
			t.Errorf("a change is not seen: %s", got.Body)
		}
		for path, headers := range map[string][]string{
			"/book/3": {"Accept: text/html"}, // feature: pages
			"/book/":  nil,
		} {
			if got := ask(200, "GET", path, "", headers...); !strings.Contains(got.Body, "After") {
				t.Errorf("GET %s %v shows no change: %s", path, headers, got.Body)
			}
		}
		s.Do("DELETE", "/book/3", "")
		ask(404, "GET", "/book/3", "")
		ask(404, "GET", "/book/3", "", "Accept: text/html") // feature: pages
	})
}

func TestSharedCacheServesNoAnswerOfAnotherClient(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	front := startCache(t, s.url)
	s.Do("POST", "/book/", validBook)
	for _, path := range []string{"/", "/book/", "/book/1", "/book/?limit=1", "/nowhere", "/book/x", "/livez", "/healthcheck", "/healthcheck/", "/openapi.json", "/openapi.yaml", "//book"} {
		for range 2 {
			for _, accept := range []string{"application/json", "text/html,*/*;q=0.8", "*/*", "image/png"} {
				for _, cookie := range []string{"", "notice=created"} {
					direct := s.Do("GET", path, "", "Accept: "+accept, "Cookie: "+cookie)
					id := "client-" + time.Now().Format("150405.000000000")
					cached := s.Do("GET", front+path, "", "Accept: "+accept, "Cookie: "+cookie, "X-Request-ID: "+id)
					if cached.Header.Get("X-Request-ID") != id {
						t.Errorf("%s, Accept %s: %s, the answer has the id of another request", path, accept, cached.Header.Get("X-Cache"))
					}
					if cached.Status != direct.Status || cached.Header.Get("Content-Type") != direct.Header.Get("Content-Type") {
						t.Errorf("%s, Accept %s: %d %s instead of %d %s", path, accept, cached.Status, cached.Header.Get("Content-Type"), direct.Status, direct.Header.Get("Content-Type"))
					}
				}
			}
		}
	}
}
