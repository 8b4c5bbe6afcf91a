package app

import (
	"net/http"
	"strings"
	"testing"
)

const friend = "https://friend.test"

// preflight returns the headers with which a browser asks before it sends a request of a script.
func preflight(origin, method string) []string {
	return []string{"Origin: " + origin, "Sec-Fetch-Site: cross-site", "Access-Control-Request-Method: " + method, "Access-Control-Request-Headers: authorization,content-type,if-match"}
}

func TestScriptsOfAllowedOriginsMayUseTheAPI(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ALLOWED_ORIGINS": "https://other.test:8443," + friend})
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		got := s.Do("OPTIONS", "/book/1", "", preflight(friend, method)...)
		if got.Status != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Methods") != method || got.Header.Get("Access-Control-Max-Age") != "7200" ||
			got.Header.Get("Access-Control-Allow-Headers") != "authorization,content-type,if-match" {
			t.Errorf("the preflight of %s = %d %v", method, got.Status, got.Header)
		}
		s.wantAllowed(friend, got.Header)
	}
	asked := []string{"Origin: " + friend, "Sec-Fetch-Site: cross-site"}
	for _, tt := range []struct {
		method, target, body string
		status               int
	}{
		{"GET", "/book/", "", http.StatusOK},
		{"HEAD", "/book/", "", http.StatusOK},
		{"OPTIONS", "/book/", "", http.StatusOK},
		{"POST", "/book/", validBook, http.StatusCreated},
		{"PATCH", "/book/1", `{"title":"a"}`, http.StatusOK},
		{"POST", "/book/", invalidBook, http.StatusUnprocessableEntity},
		{"GET", "/book/99", "", http.StatusNotFound},
		{"GET", "/nowhere", "", http.StatusNotFound},
		{"DELETE", "/book/1", "", http.StatusNoContent},
	} {
		got := s.Do(tt.method, tt.target, tt.body, asked...)
		if got.Status != tt.status {
			t.Errorf("%s %s = %d %s, want %d", tt.method, tt.target, got.Status, got.Body, tt.status)
		}
		s.wantAllowed(friend, got.Header)
		if got.Header.Get("Access-Control-Expose-Headers") != "*" {
			t.Errorf("%s %s hides headers such as ETag: %v", tt.method, tt.target, got.Header)
		}
	}
}

func TestScriptsOfOtherOriginsMayNotUseTheAPI(t *testing.T) {
	t.Parallel()
	open := startService(t, map[string]string{"ALLOWED_ORIGINS": friend})
	closed := startService(t, nil)
	for _, origin := range []string{
		"http://friend.test", "https://friend.test:8443", "https://www.friend.test", "https://evilfriend.test", "https://friend.test.evil.test", "null", "*",
		"https://friend.test/", "https://friend.test, https://friend.test", "https://elsewhere.test",
	} {
		for _, method := range []string{"GET", "PUT"} {
			wantNothingAllowed(t, open.Do("OPTIONS", "/book/1", "", preflight(origin, method)...).Header)
		}
		asked := []string{"Origin: " + origin, "Sec-Fetch-Site: cross-site"}
		wantNothingAllowed(t, open.Do("GET", "/book/", "", asked...).Header)
		if got := open.Do("POST", "/book/", validBook, asked...); got.Status != http.StatusForbidden {
			t.Errorf("POST from %s = %d %s", origin, got.Status, got.Body)
		}
	}
	for _, origin := range []string{friend, "*", "null"} {
		wantNothingAllowed(t, closed.Do("OPTIONS", "/book/1", "", preflight(origin, "PUT")...).Header)
		wantNothingAllowed(t, closed.Do("GET", "/book/", "", "Origin: "+origin).Header)
	}
}

func TestCachesKeepTheAnswersToOriginsApart(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"ALLOWED_ORIGINS": friend})
	for _, header := range []string{"Origin: " + friend, "Origin: https://elsewhere.test", "Accept: application/json"} {
		if vary := s.Do("GET", "/book/", "", header).Header.Values("Vary"); !strings.Contains(strings.Join(vary, ", "), "Origin") {
			t.Errorf("%s: Vary = %q", header, vary)
		}
	}
}

func TestOriginsThatNoBrowserSendsAreRefused(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"*": "without *", "https://*.friend.test": "without *", "null": "as in https://", "friend.test": "begins with https://", "ftp://friend.test": "begins with https://",
		"https://": "begins with https://", "https://friend.test/": "https://friend.test", "https://friend.test/a?b#c": "https://friend.test",
		"https://friend.test:443": "https://friend.test", "HTTPS://Friend.test": "https://friend.test", "https://user:word@friend.test": "with a user", "http://[::1": "not a URL",
	} {
		err := checkOrigin(text)
		if err == nil || !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "word@") {
			t.Errorf("%s: %v, want %s", text, err, hint)
		}
	}
	for _, text := range []string{friend, "http://localhost:3000", "http://[::1]:3000", "https://friend.test:8443"} {
		if err := checkOrigin(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPasswordInAnOriginIsNotShown(t *testing.T) {
	t.Parallel()
	hideURLs(t, "ALLOWED_ORIGINS")
	hideSecrets(t, []misplaced{{map[string]string{"ALLOWED_ORIGINS": "https://user:*" + marker + "@*.friend.test"}, nil}})
}

// wantAllowed checks that a browser gives the response to the script, without credentials.
func (s *service) wantAllowed(origin string, h http.Header) {
	s.t.Helper()
	if got := h.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != origin || h.Get("Access-Control-Allow-Credentials") != "" {
		s.t.Errorf("%v does not allow just %s, without credentials", h, origin)
	}
}

func wantNothingAllowed(t *testing.T, h http.Header) {
	t.Helper()
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s: %v", name, values)
		}
	}
}
