package app

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryAdminPathNeedsTheToken(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-operators"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startService(t, map[string]string{"ADMIN_TOKEN_FILE": file})
	basic := func(user, password string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	for _, tt := range []struct {
		header string
		let    bool
	}{
		{"Authorization: Bearer " + token, true},
		{"Authorization: bearer " + token, true},
		{basic("anyone", token), true},
		{basic("", token), true},
		{"", false},
		{"Authorization: " + token, false},
		{"Authorization: Bearer", false},
		{"Authorization: Bearer " + token + "x", false},
		{"Authorization: Bearer " + token[1:], false},
		{"Authorization: Digest " + token, false},
		{basic(token, ""), false},
		{basic("anyone", token+"x"), false},
	} {
		for _, path := range append(adminPaths, "/nowhere") {
			if tt.let && path != "/settings" && path != "/log-level" {
				continue // another test covers the rest, without a token
			}
			got := s.Do("GET", s.admin+path, "", tt.header)
			if tt.let != (got.Status == http.StatusOK) || !tt.let && (got.Status != http.StatusUnauthorized || len(got.Header.Values("WWW-Authenticate")) != 2) {
				t.Errorf("GET %s with %q = %d %v", path, tt.header, got.Status, got.Header)
			}
			if strings.Contains(got.Body, token) {
				t.Errorf("GET %s shows the token", path)
			}
		}
		put := s.Do("PUT", s.admin+"/log-level", "debug", tt.header).Status
		if tt.let != (put == http.StatusOK) {
			t.Errorf("PUT /log-level with %q = %d", tt.header, put)
		}
	}
	if got := s.Do("GET", "/book/", "").Status; got != http.StatusOK {
		t.Errorf("the API requires a token: %d", got)
	}
}

// guess sends wrong tokens and returns the number of responses by status.
func guess(s *service, times int) map[int]int {
	statuses := map[int]int{}
	for range times {
		statuses[s.Do("GET", s.admin+"/", "", "Authorization: Bearer a-guess").Status]++
	}
	return statuses
}

func TestLogCountsWrongTokensInFewRecords(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ADMIN_TOKEN": "a-token-of-operators"})
	s.Do("GET", s.admin+"/", "") // as a browser does, before it asks for the token
	guess(s, 100)
	s.exit()
	var lines, count int
	for _, r := range s.records {
		if r["msg"] == "wrong tokens were sent to the admin address" {
			lines++
			count += int(r["count"].(float64))
			if r["client"] != "127.0.0.1" || lines == 1 && count != 1 {
				t.Errorf("the log says %v", r)
			}
		}
	}
	if lines < 2 || lines > 4 || count != 100 {
		t.Errorf("%d log records count %d of 100 guesses", lines, count)
	}
}

func TestWrongTokensAreRateLimitedAndTheRightOneIsNot(t *testing.T) {
	t.Parallel()
	const right = "Authorization: Bearer a-token-of-operators"
	s := startService(t, map[string]string{"ADMIN_TOKEN": "a-token-of-operators"})
	statuses := guess(s, 200)
	// The limit is 60 a minute; on a slow machine a second minute may have begun.
	if allowed := statuses[http.StatusUnauthorized]; allowed != 60 && allowed != 120 || statuses[http.StatusTooManyRequests] != 200-allowed {
		t.Errorf("guesses are answered with %v", statuses)
	}
	limited := s.Do("GET", s.admin+"/", "", "Authorization: Bearer a-guess")
	if wait, err := strconv.Atoi(limited.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 61 || limited.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a guess beyond the limit = %d %v", limited.Status, limited.Header)
	}
	if got := s.Do("GET", s.admin+"/", "").Status; got != http.StatusUnauthorized {
		t.Errorf("a browser without a token gets %d, want 401 so that it asks for one", got)
	}
	if got := s.Do("GET", s.admin+"/settings", "", right); got.Status != http.StatusOK {
		t.Errorf("the right token gets %d", got.Status)
	}
	if got := s.Do("GET", s.admin+"/metrics", "", right); !strings.Contains(got.Body, "\nadmin_wrong_tokens_total 201\n") { // feature: metrics
		t.Error("the metrics do not count the guesses")
	}
}

func TestAdminPagesDoNotShowSecretsFromFlags(t *testing.T) {
	t.Parallel()
	const token = "a-token-to-be-hidden"
	s := startService(t, nil, "--admin-token="+token)
	for _, path := range append(adminPaths, "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1", "/debug/pprof/threadcreate?debug=1") {
		for _, accept := range []string{"text/plain", "text/html"} {
			got := s.ask(path, "Authorization: Bearer "+token, "Accept: "+accept)
			if got.Status != http.StatusOK || strings.Contains(got.Body, token) {
				t.Errorf("GET %s = %d %s", path, got.Status, got.Body)
			}
			// The process is the test, so its arguments are those of go test.
			for _, argument := range os.Args[1:] {
				if len(argument) > 4 && strings.Contains(got.Body, argument) {
					t.Errorf("GET %s shows %s", path, argument)
				}
			}
		}
	}
	name := s.Do("GET", s.admin+"/debug/pprof/cmdline", "", "Authorization: Bearer "+token).Body
	if name != testService.Name {
		t.Errorf("the command line is %q", name)
	}
}

func TestOtherSitesMayLinkToAdminPagesButNotEmbedThem(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, tt := range []struct {
		site, mode, dest string
		status           int
	}{
		{"cross-site", "no-cors", "image", 403},
		{"same-site", "no-cors", "image", 403},
		{"cross-site", "cors", "empty", 403},
		{"cross-site", "navigate", "iframe", 403},
		{"same-site", "", "", 403},
		{"cross-site", "navigate", "document", 200},
		{"same-origin", "no-cors", "image", 200},
		{"none", "navigate", "document", 200},
	} {
		for _, path := range []string{"/", "/debug/pprof/trace?seconds=0.01", "/settings"} {
			got := s.ask(path, "Sec-Fetch-Site: "+tt.site, "Sec-Fetch-Mode: "+tt.mode, "Sec-Fetch-Dest: "+tt.dest)
			if got.Status != tt.status || got.Status != 200 && got.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%+v: GET %s = %d %s", tt, path, got.Status, got.Header)
			}
		}
	}
}

func TestWeakAdminTokenIsRefused(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]int{"": 0, "0123456789abcdef": 0, "0123456789abcde": 2, "0123456789 abcdef": 2, "0123456789abcdéf": 2} {
		status, stdout, stderr := command(t, map[string]string{"ADMIN_TOKEN": token}, "", "settings")
		if status != want || token != "" && strings.Contains(stdout+stderr, token) {
			t.Errorf("%q: exit status %d: %s%s", token, status, stdout, stderr)
		}
	}
}

func TestLogWarnsOfAnAdminAddressWithoutToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address, token string
		open           bool
	}{{"0.0.0.0:0", "", true}, {"0.0.0.0:0", "0123456789abcdef", false}, {"127.0.0.1:0", "", false}} {
		s := startService(t, map[string]string{"ADMIN_ADDRESS": tt.address, "ADMIN_TOKEN": tt.token})
		s.mu.Lock()
		warned := slices.ContainsFunc(s.records, func(r map[string]any) bool {
			return r["level"] == "WARN" && strings.HasPrefix(r["msg"].(string), "the admin address is open")
		})
		s.mu.Unlock()
		if warned != tt.open {
			t.Errorf("%+v: warned = %v", tt, warned)
		}
	}
}

func TestAdminAddressServesHealthcheckUnderBothPaths(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	for _, path := range []string{"/healthcheck", "/healthcheck/"} {
		if got := s.Do("GET", s.admin+path, ""); got.Status != http.StatusOK || !strings.Contains(got.Body, `"since"`) {
			t.Errorf("GET %s = %d %s", path, got.Status, got.Body)
		}
	}
}
