package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// marker is part of every secret in these tests. No output may contain it.
const marker = "S3cretPart"

func TestURLWithAPasswordInTheWrongSettingIsNotShown(t *testing.T) {
	t.Parallel()
	isNotShownIn(
		t,
		"ADDRESS", "ADMIN_ADDRESS", "DATABASE_MAX_CONNECTIONS", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "LOG_LEVEL", "LOG_FORMAT", "SYSLOG_ADDRESS",
		"REQUEST_TIMEOUT", "MAX_IN_FLIGHT", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
		"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED",
	)
}

// isNotShownIn tests that a URL with a password is refused, and not shown, as the value of settings.
func isNotShownIn(t *testing.T, settings ...string) {
	t.Helper()
	url := "://app:" + marker + "@db:5432/x"
	for _, setting := range settings {
		for _, scheme := range []string{"other", "http", "tcp", "udp"} {
			status, stdout, stderr := command(t, map[string]string{setting: scheme + url}, "", "settings")
			if status != 2 || strings.Contains(stdout+stderr, marker) {
				t.Errorf("%s=%s%s: exit status %d: %s%s", setting, scheme, url, status, shown(stdout), stderr)
			}
		}
	}
}

// shown returns the line that contains the marker.
func shown(text string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, marker) {
			return line
		}
	}
	return ""
}

func TestURLWithAPasswordIsNotListedAsTheNameOfTheService(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"} {
		values, _ := listed(t, map[string]string{setting: "x=http://app:" + marker + "@db/x"})
		if values[setting] != "***" {
			t.Errorf("%s is listed as %s", setting, values[setting])
		}
	}
}

// The servers behind the secrets are unreachable, so that error messages are covered, too.
func TestRunningServiceShowsNoSecret(t *testing.T) {
	t.Parallel()
	s := startService(t, map[string]string{
		"ADMIN_TOKEN":                 marker + marker,
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + marker, "SYSLOG_ADDRESS": "tcp://127.0.0.1:1",
	}, "--otel-exporter-otlp-headers=x="+marker)
	s.Do("GET", "/book/", "", "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	s.record("traces do not arrive", nil)
	showsNoSecret(t, s)
}

// showsNoSecret tests the operators' pages of a service, then ends it and tests its log.
func showsNoSecret(t *testing.T, s *service) {
	t.Helper()
	for _, path := range []string{"/", "/settings", "/healthcheck", "/metrics", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2"} {
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

func TestSecretInAWrongPlaceIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  map[string]string
		args []string
	}{
		{map[string]string{"ADMIN_TOKEN": marker}, nil},
		{map[string]string{"ADMIN_TOKEN": marker + marker, "ADMIN_TOKEN_FILE": marker}, nil},
		{nil, []string{"--admin-token", "two", marker}},
		{nil, []string{"-p" + marker, "--admin-token=x"}},
		{nil, []string{"--syslog-address=tcp://log:" + marker + "@log:514"}},
		{nil, []string{"--otel-exporter-otlp-headers", marker}},
		{nil, []string{"--otel-traces-sampler=http://x:" + marker + "@db"}},
		{nil, []string{"--log-level=http://x:" + marker + "@db"}},
		{nil, []string{"--help=" + marker}},
	} {
		isNotRepeated(t, tt.env, tt.args...)
	}
}

// isNotRepeated tests that settings or arguments are refused without the secret in them.
func isNotRepeated(t *testing.T, env map[string]string, args ...string) {
	t.Helper()
	status, stdout, stderr := command(t, env, "", append([]string{"settings"}, args...)...)
	if status != 2 || strings.Contains(stdout+stderr, marker) {
		t.Errorf("%v %q: exit status %d: %s%s", fmt.Sprint(env), args, status, stdout, stderr)
	}
}
