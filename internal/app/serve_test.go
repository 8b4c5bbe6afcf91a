package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestHealthcheckIsReadyOnAMigratedDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		s := startService(t, env)
		for _, path := range []string{"/healthcheck", "/healthcheck/"} {
			got := s.Do("GET", path, "")
			if got.Status != http.StatusOK || got.Body != `{"status":"ok","db":{"status":"ok"}}`+"\n" {
				t.Errorf("%s = %d %s", path, got.Status, got.Body)
			}
		}
		env["ADDRESS"] = strings.TrimPrefix(s.url, "http://")
		if status, _, stderr := command(t, env, "", "healthcheck"); status != 0 {
			t.Errorf("app healthcheck = %d: %s", status, stderr)
		}
		if status, stdout, stderr := command(t, env, "", "healthcheck", "--live"); status != 0 || stdout != `{"status":"ok","started":true}`+"\n" {
			t.Errorf("app healthcheck --live = %d: %s%s", status, stdout, stderr)
		}
	})
}

func TestWellFormedRequestIDOfAClientIsKept(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for id, want := range map[string]bool{
		"test_id": true, strings.Repeat("x", 128): true, "A.b-9": true,
		strings.Repeat("x", 129): false, "with space": false, "ü": false, "a\tb": false, "": false,
	} {
		got := s.Do("GET", "/livez", "", "X-Request-ID: "+id).Header.Get("X-Request-ID")
		if (got == id) != want || got == "" {
			t.Errorf("X-Request-ID %q came back as %q", id, got)
		}
	}
}

func TestEveryRequestIsLoggedOnce(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	tests := []struct {
		method, target, body string
		status               int
		route                string
		level                string
	}{
		{"GET", "/book/1", "", 200, "/book/{id}", "INFO"},
		{"GET", "/book/", "", 200, "/book/", "INFO"},
		{"POST", "/book/", invalidBook, 422, "/book/", "INFO"},
		{"GET", "/nowhere", "", 404, "", "INFO"},
		{"DELETE", "/book/", "", 405, "/book/", "INFO"},
		{"GET", "/livez", "", 200, "/livez", "DEBUG"},
		{"GET", "/healthcheck", "", 200, "/healthcheck", "DEBUG"},
	}
	for _, tt := range tests {
		got := s.Do(tt.method, tt.target, tt.body)
		id := got.Header.Get("X-Request-ID")
		record := s.record("request", func(r map[string]any) bool { return r["request_id"] == id })
		if record["method"] != tt.method || record["route"] != tt.route || record["path"] != tt.target ||
			record["status"] != float64(tt.status) || got.Status != tt.status || record["level"] != tt.level ||
			record["client"] != "127.0.0.1" || record["bytes"] != float64(len(got.Body)) {
			t.Errorf("%s %s: %d, logged as %v", tt.method, tt.target, got.Status, record)
		}
		if duration, ok := record["duration"].(float64); !ok || duration <= 0 || duration > 10 {
			t.Errorf("duration = %v", record["duration"])
		}
		if (record["error"] != nil) != (tt.status >= 400) {
			t.Errorf("%s %s: error = %v", tt.method, tt.target, record["error"])
		}
	}
}

func TestRouterErrorsAreProblems(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, tt := range []struct {
		method, target, header string
		status                 int
	}{
		{"GET", "/nowhere", "", 404},
		{"GET", "/book/1/2", "", 404},
		{"PATCH", "/book/", "", 405},
		{"BREW", "/book/", "", 405},
		{"GET", "/book/", "Accept: text/csv", 406},
		{"GET", "/book/", "Host: example.org", 421},
		{"GET", "/book/", "Host: localhost.example.org", 421},
		{"GET", "/book/x", "", 422},
		{"GET", "/book/99999999999999999999", "", 422},
	} {
		got := s.Do(tt.method, tt.target, "", tt.header)
		var problem struct {
			Status    int
			RequestID string `json:"request_id"`
		}
		err := json.Unmarshal([]byte(got.Body), &problem)
		if err != nil || got.Status != tt.status || problem.Status != tt.status || got.Header.Get("Content-Type") != "application/problem+json" ||
			problem.RequestID != got.Header.Get("X-Request-ID") {
			t.Errorf("%s %s %s = %d %v %s", tt.method, tt.target, tt.header, got.Status, got.Header, got.Body)
		}
		if tt.status == 405 && got.Header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
			t.Errorf("Allow = %q", got.Header.Get("Allow"))
		}
	}
}

func TestLinksAndClientAddressComeFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	forwarded := []string{"X-Forwarded-Proto: https", "X-Forwarded-Host: api.example.org", "X-Forwarded-For: 10.9.9.9, 203.0.113.7, 127.0.0.2"}
	for trusted, want := range map[string]struct{ base, client string }{
		"192.0.2.0/24": {"http://127.0.0.1", "127.0.0.1"},
		"127.0.0.0/8":  {"https://api.example.org/", "203.0.113.7"},
	} {
		s := startService(t, map[string]string{"TRUSTED_PROXIES": trusted, "ALLOWED_HOSTS": "127.0.0.1,.example.org"})
		got := s.Do("POST", "/book/", validBook, forwarded...)
		if location := got.Header.Get("Location"); !strings.HasPrefix(location, want.base) {
			t.Errorf("%s: Location = %q", trusted, location)
		}
		id := got.Header.Get("X-Request-ID")
		if record := s.record("request", func(r map[string]any) bool { return r["request_id"] == id }); record["client"] != want.client {
			t.Errorf("%s: client = %v, want %s", trusted, record["client"], want.client)
		}
	}
}

func TestProbesAcceptAnyHost(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ALLOWED_HOSTS": "api.example.org"})
	for path, want := range map[string]int{"/livez": 200, "/healthcheck": 200, "/book/": 421} {
		if got := s.Do("GET", path, "", "Host: 10.0.0.7").Status; got != want {
			t.Errorf("GET %s = %d, want %d", path, got, want)
		}
	}
}

func TestIndexLinksWork(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	var links map[string]string
	if err := json.Unmarshal([]byte(s.Do("GET", "/", "").Body), &links); err != nil || links["book"] == "" {
		t.Fatalf("the index is %v, %v", links, err)
	}
	if source := links["source"]; source != "https://"+testService.build().Module {
		t.Errorf("the source is at %q", source)
	}
	delete(links, "source")
	for name, link := range links {
		if got := s.Do("GET", link, "").Status; got != http.StatusOK {
			t.Errorf("%s: GET %s = %d", name, link, got)
		}
	}
}

func TestAddressInUseIsReported(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	env := settingsOf(t, filledDB(t))
	env["ADDRESS"] = strings.TrimPrefix(s.url, "http://")
	if status, _, stderr := command(t, env, "", "serve"); status != 1 || !strings.Contains(stderr, "address already in use") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}
