package app

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAdminTokenInAWrongPlaceIsNotRepeated(t *testing.T) {
	t.Parallel()
	hideURLs(t, "ADMIN_ADDRESS")
	hideSecrets(t, []misplaced{
		{map[string]string{"ADMIN_TOKEN": marker}, nil},
		{map[string]string{"ADMIN_TOKEN": marker + marker, "ADMIN_TOKEN_FILE": marker}, nil},
		{nil, []string{"--admin-token", "two", marker}},
		{nil, []string{"-p" + marker, "--admin-token=x"}},
	})
}

// The servers behind the secrets are unreachable, so that error messages are covered, too.
func TestRunningServiceShowsNoSecret(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{
		"ADMIN_TOKEN":                 marker + marker,
		"SYSLOG_ADDRESS":              "tcp://127.0.0.1:1",                                                           // feature: syslog
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + marker, // feature: traces
	})
	s.Do("GET", "/book/", "", "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	s.record("traces do not arrive", nil) // feature: traces
	showsNoSecret(t, s)
}

// showsNoSecret tests the pages of a service, and its log.
func showsNoSecret(t *testing.T, s *service) {
	t.Helper()
	for _, path := range []string{"/", "/settings", "/healthcheck", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2"} {
		for _, accept := range []string{"*/*", "text/html"} {
			got := s.Do("GET", s.admin+path, "", "Accept: "+accept, "Authorization: Bearer "+marker+marker)
			if strings.Contains(got.Body, marker) || got.Status == 401 {
				t.Errorf("%s as %s: status %d, and shown is %s", path, accept, got.Status, shown(got.Body))
			}
		}
	}
	s.exit()
	s.mu.Lock()
	defer s.mu.Unlock()
	if log, err := json.Marshal(s.records); err != nil || strings.Contains(string(log), marker) {
		t.Errorf("the log shows the secret: %v", err)
	}
}

func TestEmptyAdminAddressDisablesIt(t *testing.T) {
	t.Parallel()
	if values, origins := listed(t, map[string]string{"ADMIN_ADDRESS": ""}); values["ADMIN_ADDRESS"] != "" || origins["ADMIN_ADDRESS"] != "environment" {
		t.Errorf("ADMIN_ADDRESS= is %q from %s", values["ADMIN_ADDRESS"], origins["ADMIN_ADDRESS"])
	}
}

func TestSharedPortIsRefused(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		{"ADDRESS": "localhost:8001"}, {"ADDRESS": ":8001"}, {"PORT": "8001"}, {"ADDRESS": "localhost:1", "ADMIN_ADDRESS": "0.0.0.0:1"},
	} {
		if status, _, stderr := command(t, env, "", "settings"); status != 2 || !strings.Contains(stderr, "ADDRESS ") {
			t.Errorf("%v: exit status %d: %s", env, status, stderr)
		}
	}
}
