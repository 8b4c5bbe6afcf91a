package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/templatesite/internal/check" // feature: check
	"example.com/templatesite/internal/database"
)

// throttled are settings with which a client may send so many requests, and no more during a test.
func throttled(env map[string]string, requests int) map[string]string {
	all := map[string]string{"THROTTLE_REQUESTS": fmt.Sprintf("%d/d", requests)}
	maps.Copy(all, env)
	return all
}

func TestClientThatAsksForTooMuchIsRefusedAndProbesAreNot(t *testing.T) {
	onEachFilled(t, func(t *testing.T, env map[string]string, db *database.DB) {
		s := startService(t, throttled(env, 3))
		for left := 2; left >= 0; left-- {
			answer := s.Want(http.StatusOK, "GET", "/book/1", "")
			if got := answer.Header; got.Get("RateLimit") != fmt.Sprintf(`"requests";r=%d;t=28800`, left) || got.Get("RateLimit-Policy") != `"requests";q=3;w=86400` {
				t.Errorf("the answer has %v", got)
			}
		}
		refused := s.Want(http.StatusTooManyRequests, "POST", "/book/", validBook)
		if got := refused.Header; got.Get("Retry-After") != "28800" || got.Get("Content-Type") != "application/problem+json" || got.Get("Cache-Control") != "no-store" {
			t.Errorf("the refusal has %v", got)
		}
		for _, probe := range []string{"/livez", "/healthcheck", "/healthcheck/"} {
			s.Want(http.StatusOK, "GET", probe, "")
		}
		s.Want(http.StatusTooManyRequests, "GET", "/book/1", "", "X-Forwarded-For: 192.0.2.1")
		if rows, err := db.Rows(t.Context(), "book"); rows != 2 || err != nil {
			t.Errorf("%d books, %v, want those of the fixtures", rows, err)
		}
	})
}

func TestClientsOfATrustedProxyAreToldApart(t *testing.T) {
	t.Parallel()
	s := startService(t, throttled(map[string]string{"TRUSTED_PROXIES": "127.0.0.1"}, 1))
	for i := range 3 {
		s.Want(http.StatusOK, "GET", "/book/1", "", fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", i))
		s.Want(http.StatusTooManyRequests, "GET", "/book/1", "", fmt.Sprintf("X-Forwarded-For: 203.0.113.%d, 192.0.2.%[1]d", i))
	}
}

func TestWithoutLimitsNothingIsCounted(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	if got := s.Want(http.StatusOK, "GET", "/book/1", "").Header; got["Ratelimit"] != nil || got["Ratelimit-Policy"] != nil {
		t.Errorf("the answer has %v", got)
	}
}

func TestRefusalIsShownAsAPage(t *testing.T) { // feature: pages
	t.Parallel()
	s := startService(t, throttled(nil, 1))
	if got := s.Want(http.StatusOK, "GET", "/book/", "", browser); !strings.Contains(got.Header.Get("RateLimit"), "r=0") {
		t.Errorf("the page has %v", got.Header)
	}
	for _, page := range []string{
		s.Want(http.StatusTooManyRequests, "GET", "/book/", "", browser).Body,
		s.Want(http.StatusTooManyRequests, "POST", "/book/", validForm, browser, formType).Body,
	} {
		if !strings.Contains(page, `role="alert"`) || !strings.Contains(page, "Too many requests: at most 1/d.") {
			t.Errorf("the page is %s", page)
		}
	}
}

func TestDescriptionHasRefusalsOnlyWithLimits(t *testing.T) {
	t.Parallel()
	type document struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Headers map[string]any }
		}
	}
	for setting, want := range map[string]bool{"off": false, "100/s": true} {
		status, stdout, stderr := command(t, map[string]string{"THROTTLE_REQUESTS": setting}, "", "openapi")
		var d document
		if err := json.Unmarshal([]byte(stdout), &d); status != 0 || err != nil {
			t.Fatalf("app openapi = %d, %v: %s", status, err, stderr)
		}
		if valid, err := openapi3.NewLoader().LoadFromData([]byte(stdout)); err != nil || valid.Validate(t.Context()) != nil {
			t.Errorf("%s: the description is not valid: %v", setting, errors.Join(err, valid.Validate(t.Context())))
		}
		for _, operation := range []string{"get /book/", "post /book/", "delete /book/{id}", "get /"} {
			method, path, _ := strings.Cut(operation, " ")
			responses := d.Paths[path][method].Responses
			refusal, described := responses["429"]
			if described != want || described && (refusal.Headers["Retry-After"] == nil || refusal.Headers["RateLimit"] == nil) {
				t.Errorf("%s: %s is described as refused: %v %v", setting, operation, described, refusal)
			}
			for code, response := range responses {
				if limited := response.Headers["RateLimit-Policy"] != nil; limited != (want && code != "default") {
					t.Errorf("%s: %s describes the field of a %s: %v", setting, operation, code, limited)
				}
			}
		}
		if _, described := d.Paths["/livez"]["get"].Responses["429"]; described {
			t.Errorf("%s: a probe is described as refused", setting)
		}
	}
}

func TestWrongLimitIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"THROTTLE_REQUESTS", "THROTTLE_CHANGES"} {
		if status, _, stderr := command(t, map[string]string{name: "100"}, "", "settings"); status != 2 || !strings.Contains(stderr, name+` is "100": it must be off, or a number`) {
			t.Errorf("exit status %d: %s", status, stderr)
		}
		if values, _ := listed(t, map[string]string{name: "600/minute"}); values[name] != "600/min" {
			t.Errorf("%s is listed as %s", name, values[name])
		}
	}
}

func TestCheckAsksForLimits(t *testing.T) { // feature: check
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if _, results := checked(t, env); results["throttle.off"] != check.Found {
			t.Errorf("without limits, throttle.off is %s", results["throttle.off"])
		}
		if _, results := checked(t, throttled(env, 1)); results["throttle.off"] != check.Passed {
			t.Errorf("with limits, throttle.off is %s", results["throttle.off"])
		}
	})
}
