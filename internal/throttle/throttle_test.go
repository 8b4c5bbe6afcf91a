package throttle_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

// service is an API with limits. A credential is the id of its caller, unless it begins with wrong.
type service struct {
	http.Handler
	lookups *atomic.Int64 // how many credentials were looked up
}

type input struct{ Body map[string]int }

func start(requests, changes string, authentication web.Authentication) service {
	s := service{lookups: new(atomic.Int64)}
	limits := throttle.Limits{Requests: rate(requests), Changes: rate(changes)}
	known := map[string]bool{}
	api := web.NewAPI(web.Options{
		Title: "test", Version: "1", MaxBodyBytes: 1 << 20, Authentication: authentication,
		Throttle: throttle.New(limits, func(path string) bool { return path == "/probe" }),
		Identify: []web.Identify{func(ctx context.Context, credential string) (*web.Caller, error) {
			if !known[credential] {
				if err := web.MayLookUp(ctx); err != nil {
					if credential == "slow" {
						time.Sleep(6 * time.Second) // meanwhile the address may guess again
					}
					return nil, err
				}
				s.lookups.Add(1)
			}
			if strings.HasPrefix(credential, "wrong") {
				return nil, web.ErrUnknownCaller
			}
			known[credential] = true
			return &web.Caller{ID: "test:" + credential, Owner: credential, Scopes: []string{"read"}}, nil
		}},
	})
	for _, method := range []string{"GET", "POST"} {
		web.Register(api, huma.Operation{OperationID: method, Method: method, Path: "/thing/"}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	}
	web.Register(api, huma.Operation{OperationID: "put", Method: "PUT", Path: "/thing/"}, func(context.Context, *input) (*struct{}, error) { return nil, nil })
	web.Register(api, huma.Operation{OperationID: "probe", Method: "GET", Path: "/probe", Security: web.Open}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	api.Documents()
	s.Handler = middleware.RequestInfo([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})(api)
	return s
}

func rate(text string) throttle.Rate {
	r, err := throttle.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// send sends "METHOD /path" from an address, with headers as in "Name: value".
func (s service) send(request, address string, headers ...string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(request, " ")
	return s.sendBody(method, path, address, http.NoBody, headers...)
}

func (s service) sendBody(method, path, address string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	r.RemoteAddr = "[" + address + "]:1234"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// want fails the test unless the response has this status and these fields: RateLimit and Retry-After.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, limit, retry string) {
	t.Helper()
	if got := w.Header(); w.Code != status || got.Get("RateLimit") != limit || got.Get("Retry-After") != retry {
		t.Errorf("%d, RateLimit: %s, Retry-After: %s; want %d, %s, %q: %s", w.Code, got.Get("RateLimit"), got.Get("Retry-After"), status, limit, retry, w.Body)
	}
}

const (
	home      = "192.0.2.1"
	elsewhere = "192.0.2.2"
)

func TestClientIsToldWhatIsLeftAndRefusedWhenNothingIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start("3/min", "off", "")
		for _, limit := range []string{`"requests";r=2;t=20`, `"requests";r=1;t=20`, `"requests";r=0;t=20`} {
			want(t, s.send("GET /thing/", home), 204, limit, "")
		}
		refused := s.send("POST /thing/", home)
		want(t, refused, 429, `"requests";r=0;t=20`, "20")
		if got := refused.Header(); got.Get("RateLimit-Policy") != `"requests";q=3;w=60` || got.Get("Content-Type") != "application/problem+json" || !strings.Contains(refused.Body.String(), "at most 3/min") {
			t.Errorf("refused with %v %s", got, refused.Body)
		}
		want(t, s.send("GET /thing/", elsewhere), 204, `"requests";r=2;t=20`, "")
		time.Sleep(19 * time.Second)
		want(t, s.send("GET /thing/", home), 429, `"requests";r=0;t=1`, "1")
		time.Sleep(time.Second)
		want(t, s.send("GET /thing/", home), 204, `"requests";r=0;t=20`, "")
		want(t, s.send("GET /thing/", home), 429, `"requests";r=0;t=20`, "20")
		time.Sleep(time.Hour) // a bucket does not overflow
		want(t, s.send("HEAD /thing/", home), 204, `"requests";r=2;t=20`, "")
		want(t, s.send("OPTIONS /thing/", home), 200, `"requests";r=1;t=20`, "")
		want(t, s.send("GET /nowhere", home), 404, "", "")
	})
}

func TestChangesCountTwiceAndARefusedOneNotAtAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start("4/s", "2/h", "")
		first := s.send("POST /thing/", home)
		want(t, first, 204, `"requests";r=3;t=1, "changes";r=1;t=1800`, "")
		if got := first.Header().Get("RateLimit-Policy"); got != `"requests";q=4;w=1, "changes";q=2;w=3600` {
			t.Errorf("RateLimit-Policy: %s", got)
		}
		want(t, s.send("POST /thing/", home), 204, `"requests";r=2;t=1, "changes";r=0;t=1800`, "")
		for range 3 {
			want(t, s.send("POST /thing/", home), 429, `"requests";r=2;t=1, "changes";r=0;t=1800`, "1800")
		}
		want(t, s.send("GET /thing/", home), 204, `"requests";r=1;t=1`, "")
	})
}

func TestProbesAreNeverRefused(t *testing.T) {
	t.Parallel()
	s := start("1/d", "1/d", web.AuthenticationAll)
	for range 3 {
		want(t, s.send("GET /probe", home), 204, "", "")
	}
	s.send("GET /", home)
	if got := s.send("GET /", home).Code; got != 429 {
		t.Errorf("the index is answered with %d, and is not a probe", got)
	}
}

func TestCallersAreCountedWhereverTheyAre(t *testing.T) {
	t.Parallel()
	s := start("2/d", "off", web.AuthenticationWrite)
	ci, other := "Authorization: Bearer ci", "Authorization: Bearer other"
	for _, address := range []string{home, elsewhere} {
		if got := s.send("GET /thing/", address, ci).Code; got != 204 {
			t.Errorf("the caller gets %d", got)
		}
	}
	for who, tt := range map[string]struct {
		status  int
		headers []string
	}{"the caller": {429, []string{ci}}, "another": {204, []string{other}}, "nobody": {204, nil}} {
		if got := s.send("GET /thing/", home, tt.headers...).Code; got != tt.status {
			t.Errorf("%s gets %d, want %d", who, got, tt.status)
		}
	}
}

func TestWhoMayNotDoItIsNotCounted(t *testing.T) {
	t.Parallel()
	s := start("1/d", "off", web.AuthenticationAll)
	for range 3 {
		want(t, s.send("POST /thing/", home, "Authorization: Bearer reader"), 403, "", "")
		want(t, s.send("GET /thing/", home), 401, "", "")
	}
	if got := s.send("GET /thing/", home, "Authorization: Bearer reader").Code; got != 204 {
		t.Errorf("what the caller may do is answered with %d", got)
	}
}

func TestAddressesAreTheSameClientOnlyInOneNetworkOfIPv6(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		first, second string
		want          int
	}{
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", 429},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", 204},
		{"192.0.2.1", "::ffff:192.0.2.1", 429},
		{"192.0.2.1", "192.0.2.2", 204},
	} {
		s := start("1/d", "off", "")
		if first, second := s.send("GET /thing/", tt.first).Code, s.send("GET /thing/", tt.second).Code; first != 204 || second != tt.want {
			t.Errorf("%s gets %d, then %s %d, want %d", tt.first, first, tt.second, second, tt.want)
		}
	}
}

func TestClientCannotChooseItsBucket(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ peer, forwarded string }{
		"a stranger":                     {home, "203.0.113.%d"},
		"a stranger, several addresses":  {home, "203.0.113.%d, 10.0.0.1"},
		"a client of a proxy":            {"10.0.0.1", "203.0.113.%d, " + home},
		"a client of two proxies":        {"10.0.0.1", "203.0.113.%d, " + home + ", 10.0.0.2"},
		"a client that sends no address": {"10.0.0.1", "203.0.113.%d, unknown, " + home},
	} {
		s := start("2/d", "off", "")
		var got []int
		for i := range 4 {
			got = append(got, s.send("GET /thing/", tt.peer, "X-Forwarded-For: "+fmt.Sprintf(tt.forwarded, i), fmt.Sprintf("Forwarded: for=203.0.113.%d", i), fmt.Sprintf("X-Real-Ip: 203.0.113.%d", i)).Code)
		}
		if fmt.Sprint(got) != "[204 204 429 429]" {
			t.Errorf("%s gets %v", name, got)
		}
		if got := s.send("GET /thing/", "10.0.0.1", "X-Forwarded-For: "+elsewhere).Code; got != 204 {
			t.Errorf("%s: another client of the proxy gets %d", name, got)
		}
	}
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

func TestBodyOfARefusedRequestIsNotRead(t *testing.T) {
	t.Parallel()
	s := start("1/d", "off", "")
	if got := s.sendBody("PUT", "/thing/", home, strings.NewReader("{}"), "Content-Type: application/json"); got.Code != 204 {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	if got := s.sendBody("PUT", "/thing/", home, unread{t}, "Content-Type: application/json"); got.Code != 429 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestWrongCredentialsAreLookedUpOnlyWithinTheirLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := start("off", "1000/s", web.AuthenticationAll)
		good := "Authorization: Bearer good"
		want(t, s.send("GET /thing/", home, good), 204, "", "")
		guess := func(address string) *httptest.ResponseRecorder {
			return s.send("GET /thing/", address, fmt.Sprintf("Authorization: Bearer wrong%d", s.lookups.Load()))
		}
		for left := 9; left >= 0; left-- {
			want(t, guess(home), 401, fmt.Sprintf(`"credentials";r=%d;t=6`, left), "")
		}
		looked := s.lookups.Load()
		want(t, guess(home), 429, `"credentials";r=0;t=6`, "6")
		want(t, s.send("GET /thing/", home, "Authorization: Bearer new"), 429, `"credentials";r=0;t=6`, "6") // it could be a guess
		want(t, s.send("GET /thing/", home, good), 204, "", "")
		want(t, s.send("GET /thing/", home), 401, "", "")
		if got := s.lookups.Load(); got != looked {
			t.Errorf("%d more credentials were looked up", got-looked)
		}
		want(t, guess(elsewhere), 401, `"credentials";r=9;t=6`, "")
		time.Sleep(6 * time.Second)
		want(t, s.send("GET /thing/", home, "Authorization: Bearer new"), 204, "", "")
		want(t, guess(home), 401, `"credentials";r=0;t=6`, "")
		want(t, s.send("GET /thing/", home, "Authorization: Bearer slow"), 429, `"credentials";r=0;t=6`, "6") // it could be valid
	})
}

func TestExactlyTheLimitIsAdmittedAtOnce(t *testing.T) {
	t.Parallel()
	s := start("100/d", "off", "")
	var admitted atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if s.send("GET /thing/", home).Code == 204 {
					admitted.Add(1)
				}
			}
		})
	}
	group.Wait()
	if got := admitted.Load(); got != 100 {
		t.Errorf("%d requests were admitted, want 100", got)
	}
}

func requestFrom(address, method string) *http.Request {
	r := httptest.NewRequest(method, "/", nil)
	return r.WithContext(web.WithInfo(r.Context(), &web.Info{Client: address}))
}
