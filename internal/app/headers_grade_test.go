package app

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The score of Mozilla's HTTP Observatory begins at 100, and 100 without a deduction is an A+
// (https://developer.mozilla.org/docs/Web/HTTP/Observatory). It grades one page; here every kind of answer must do.
func TestAnswersOverHTTPSLoseNoPointsAtTheObservatory(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{"TRUSTED_PROXIES": "127.0.0.0/8", "ALLOWED_HOSTS": "shop.test"})
	https := []string{"Host: shop.test", "X-Forwarded-Proto: https"}
	s.Do("POST", "/book/", validBook, https...)
	graded := 0
	for _, tt := range []struct{ method, target, body, header string }{
		{"GET", "/book/1", "", ""},
		{"GET", "/book/", "", "Accept-Encoding: gzip"},
		{"GET", "/openapi.json", "", ""},
		{"GET", "/livez", "", ""},
		{"OPTIONS", "/book/", "", ""},
		{"DELETE", "/book/1", "", ""},
		{"GET", "/nowhere", "", ""},
		{"POST", "/book/", `{`, ""},
		{"GET", "/", "", "Host: elsewhere.test"},
		{"GET", "/", "", "Accept: text/html"},              // feature: pages
		{"GET", "/book/", "", "Accept: text/html"},         // feature: pages
		{"GET", "/nowhere", "", "Accept: text/html"},       // feature: pages
		{"POST", "/book/", validForm, "Accept: text/html"}, // feature: pages
		{"GET", "/docs", "", ""},                           // feature: docs
		{"GET", "/favicon.ico", "", ""},                    // feature: static
	} {
		asked := https
		switch {
		case strings.HasPrefix(tt.header, "Host:"):
			asked = []string{tt.header, https[1]}
		case tt.header != "":
			asked = append([]string{tt.header, formType}, https...)
		}
		got := s.Do(tt.method, tt.target, tt.body, asked...)
		for _, deduction := range deductions(got.Header) {
			t.Errorf("%s %s %s (%d): %s", tt.method, tt.target, tt.header, got.Status, deduction)
		}
		graded++
	}
	if bad := deductions(http.Header{}); graded < 9 || len(bad) < 6 {
		t.Errorf("%d answers were graded, and an answer without headers loses points for %q only", graded, bad)
	}
}

var maxAge = regexp.MustCompile(`^max-age=(\d+)`)

// deductions returns what costs points.
func deductions(h http.Header) (all []string) {
	deduct := func(wrong bool, what string) {
		if wrong {
			all = append(all, what)
		}
	}
	policy := h.Get("Content-Security-Policy")
	deduct(!strings.HasPrefix(policy, "default-src 'none'"), "the policy allows everything by default: "+policy)
	deduct(strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http:") || strings.Contains(policy, "*"), "the policy is too wide: "+policy)
	scripts, _, _ := strings.Cut(policy[max(0, strings.Index(policy, "script-src")):], ";")
	deduct(strings.Contains(policy, "script-src") && strings.Contains(scripts, "unsafe"), "any script may run: "+policy)
	deduct(!strings.Contains(policy, "frame-ancestors 'none'"), "others may frame it: "+policy)
	age := maxAge.FindStringSubmatch(h.Get("Strict-Transport-Security"))
	deduct(age == nil, "HTTPS is not enforced")
	if age != nil {
		seconds, err := strconv.Atoi(age[1])
		deduct(err != nil || seconds < 15768000, "HTTPS is enforced for less than six months")
	}
	deduct(h.Get("X-Content-Type-Options") != "nosniff", "the type may be guessed")
	deduct(h.Get("Referrer-Policy") != "same-origin", "other sites learn the address")
	deduct(h.Get("Cross-Origin-Resource-Policy") != "same-origin", "other sites may load it")
	deduct(h.Get("Access-Control-Allow-Origin") != "", "other origins may read it")
	for _, cookie := range h.Values("Set-Cookie") {
		for _, attribute := range []string{"; HttpOnly", "; Secure", "; SameSite="} {
			deduct(!strings.Contains(cookie, attribute), "a cookie without"+attribute+": "+cookie)
		}
	}
	return all
}
