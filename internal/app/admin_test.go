package app

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

// adminPaths are all paths of the admin address.
var adminPaths = []string{
	"/", "/healthcheck", "/log-level", "/settings",
	"/favicon.ico", // feature: static
	"/metrics",     // feature: metrics
	"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine", "/debug/pprof/cmdline", "/debug/pprof/symbol",
	"/debug/pprof/trace?seconds=0.01", "/debug/pprof/profile?seconds=1",
	"/debug/statsviz/", "/debug/statsviz/live.js", // feature: plots
}

// ask requests an admin path. It tries again while another test records a profile or a
// trace: a process can record only one of each at a time.
func (s *service) ask(path string, headers ...string) webtest.Response {
	s.t.Helper()
	for range 600 {
		got := s.Do("GET", s.admin+path, "", headers...)
		if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			return got
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("GET %s is always in use", path)
	return webtest.Response{}
}

func TestAdminIndexLinksToEveryPage(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	index := s.Do("GET", s.admin+"/", "")
	if want := "text/plain; charset=utf-8"; index.Header.Get("Content-Type") != want || !strings.Contains(index.Body, ": ready, up ") {
		t.Errorf("the index is %s %s", index.Header.Get("Content-Type"), index.Body)
	}
	page := s.Do("GET", s.admin+"/", "", "Accept: text/html,*/*;q=0.8")
	if policy := page.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy = %q", policy)
	}
	links := 0
	for line := range strings.Lines(index.Body) {
		path, about, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(path, "/") {
			continue
		}
		links++
		if !slices.Contains(adminPaths, path) || !strings.Contains(page.Body, `href="`+path+`"`) || !strings.Contains(page.Body, strings.TrimSpace(about)) {
			t.Errorf("the page does not link to %s", line)
		}
	}
	if links < 4 {
		t.Errorf("the index has %d links", links)
	}
	for _, path := range adminPaths {
		if got := s.ask(path); got.Status != http.StatusOK || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("GET %s = %d %v", path, got.Status, got.Header)
		}
	}
}

func TestWrongAdminRequestsAreProblems(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, tt := range []struct {
		method, path, header string
		status               int
	}{
		{"GET", "/nowhere", "", 404},
		{"GET", "/book/", "", 404},
		{"GET", "/livez", "", 404},
		{"POST", "/log-level", "", 405},
		{"DELETE", "/settings", "", 405},
		{"GET", "/settings", "Host: example.org", 421},
		{"GET", "/healthcheck", "Host: example.org", 421},
		{"PUT", "/log-level", "Sec-Fetch-Site: cross-site", 403},
		{"PUT", "/log-level", "Origin: http://example.org", 403},
		{"GET", "/debug/pprof/trace?seconds=61", "", 422},
		{"GET", "/debug/pprof/profile?seconds=999999", "", 422},
		{"GET", "/debug/pprof/heap?seconds=NaN", "", 422},
		{"GET", "/debug/pprof/trace?seconds=-1", "", 422},
		{"GET", "/debug/pprof/trace?seconds=", "", 422},
		{"GET", "/debug/pprof/profile?seconds=1.5", "", 422},
		{"GET", "/debug/pprof/nothing", "", 404},
	} {
		got := s.Do(tt.method, s.admin+tt.path, "", tt.header)
		if got.Status != tt.status || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %s = %d %s", tt.method, tt.path, tt.header, got.Status, got.Body)
		}
	}
}

func TestAdminPathsAreNotServedOnThePublicAddress(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range adminPaths {
		switch got := s.Do("GET", path, ""); path {
		case "/", "/favicon.ico": // the API's own
			if got.Body == s.Do("GET", s.admin+path, "").Body && path == "/" {
				t.Error("the index for operators is public")
			}
		case "/healthcheck":
			if strings.Contains(got.Body, "since") {
				t.Errorf("the details of the health are public: %s", got.Body)
			}
		default:
			if got.Status != http.StatusNotFound {
				t.Errorf("GET %s = %d", path, got.Status)
			}
		}
	}
	if got := s.Do("PUT", "/log-level", "debug").Status; got != http.StatusNotFound {
		t.Errorf("PUT /log-level = %d", got)
	}
}

func TestLogLevelChangesWhileRunning(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"LOG_LEVEL": "info"})
	level := func() string { return strings.TrimSpace(s.Do("GET", s.admin+"/log-level", "").Body) }
	if got := level(); got != "info" {
		t.Errorf("log level = %q", got)
	}
	for body, query := range map[string]string{
		"nonsense": "", "": "", "debug+1": "", "info, or debug as you like": "", "warn": "?for=", "debug": "?for=1", "info": "?for=0s", "error": "?for=24h1s", "WARN": "?fro=10m", "DEBUG": "?for=10m&from=now",
		"Debug": "?for=-10m", "Info": "?for=10m&for=20m", "Error": "?for=999999999999h",
	} {
		got := s.Do("PUT", s.admin+"/log-level"+query, body)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "debug, info, warn or error") && !strings.Contains(got.Body, "from 1s to 24h") {
			t.Errorf("PUT %q%s = %d %s", body, query, got.Status, got.Body)
		}
	}
	if got := level(); got != "info" {
		t.Errorf("a refused request has changed the level to %q", got)
	}
	if got := s.Do("PUT", s.admin+"/log-level", "debug\n"); got.Body != "debug\n" {
		t.Errorf("PUT debug = %d %q", got.Status, got.Body)
	}
	s.Do("GET", "/livez", "")
	s.record("request", func(r map[string]any) bool { return r["route"] == "/livez" })
}

func TestLogLevelIsRestoredAfterItsTime(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"LOG_LEVEL": "info"})
	put := func(query, level string) string {
		return strings.TrimSpace(s.Do("PUT", s.admin+"/log-level"+query, level).Body)
	}
	if got := put("?for=10m", "debug"); !strings.HasPrefix(got, "debug until ") || !strings.HasSuffix(got, "Z, then info") {
		t.Errorf("for ten minutes it is %q", got)
	}
	s.record("log level changed", func(r map[string]any) bool {
		until, _ := r["until"].(string)
		_, err := time.Parse(time.RFC3339, until)
		return err == nil && r["to"] == "debug" && r["then"] == "info" && r["client"] == "127.0.0.1"
	})
	if got := put("?for=1s", "error"); !strings.HasPrefix(got, "error until ") {
		t.Errorf("for a second it is %q", got)
	}
	s.record("log level restored", nil)
	if got := s.Do("GET", s.admin+"/log-level", "").Body; got != "info\n" {
		t.Errorf("after a second it is %q", got)
	}
	put("?for=1s", "debug")
	if got := put("", "warn"); got != "warn" {
		t.Errorf("without a time limit it is %q", got)
	}
	time.Sleep(1200 * time.Millisecond)
	if got := s.Do("GET", s.admin+"/log-level", "").Body; got != "warn\n" {
		t.Errorf("the time limit of the level before has ended it: %q", got)
	}
}

func TestAdminPageListsTheSettingsOfTheCommand(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"LOG_FORMAT": "json", "ADMIN_TOKEN": ""})
	_, printed, _ := command(t, nil, "", "settings")
	text := s.Do("GET", s.admin+"/settings", "").Body
	page := s.Do("GET", s.admin+"/settings", "", "Accept: text/html")
	if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || strings.Count(page.Body, "<tr>") != strings.Count(printed, "\n") {
		t.Errorf("the page has other settings: %s", page.Body)
	}
	for line := range strings.Lines(printed) {
		if name := strings.Fields(line)[0]; !strings.Contains(text, name+" ") {
			t.Errorf("%s is not shown:\n%s", name, text)
		}
	}
	if !strings.Contains(text, "LOG_FORMAT") || !strings.Contains(page.Body, "<td>environment</td>") {
		t.Errorf("the origin is not shown:\n%s", text)
	}
}

func TestServiceRunsWithoutAnAdminAddress(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADMIN_ADDRESS": ""})
	if got := s.Do("GET", "/book/1", "").Status; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestAdminAddressMayBeUnspecified(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADMIN_ADDRESS": "0.0.0.0:0"})
	address, err := netip.ParseAddrPort(s.record("serving", nil)["admin"].(string))
	if err != nil || !address.Addr().IsUnspecified() {
		t.Fatalf("the log says %v, %v", address, err)
	}
	if got := s.Do("GET", fmt.Sprintf("http://localhost:%d/healthcheck", address.Port()), "").Status; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestAdminAddressIsLocalByDefault(t *testing.T) {
	t.Parallel()
	_, stdout, _ := command(t, nil, "", "settings")
	for line := range strings.Lines(stdout) {
		if fields := strings.Fields(line); fields[0] == "ADMIN_ADDRESS" {
			if fields[1] != "localhost:8001" || fields[2] != "default" {
				t.Error(line)
			}
			return
		}
	}
	t.Errorf("there is no ADMIN_ADDRESS:\n%s", stdout)
}
