package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

// listed returns the values and origins that app settings prints, by name of setting.
func listed(t *testing.T, env map[string]string, flags ...string) (values, origins map[string]string) {
	t.Helper()
	status, stdout, stderr := command(t, env, "", append([]string{"settings"}, flags...)...)
	if status != 0 || stderr != "" {
		t.Errorf("%v: exit status %d: %s", env, status, stderr)
	}
	values, origins = map[string]string{}, map[string]string{}
	header, rows, _ := strings.Cut(stdout, "\n")
	value, origin, meaning := strings.Index(header, "VALUE"), strings.Index(header, "ORIGIN"), strings.Index(header, "MEANING")
	for row := range strings.Lines(rows) {
		name := strings.TrimSpace(row[:value])
		values[name], origins[name] = strings.TrimSpace(row[value:origin]), strings.TrimSpace(row[origin:meaning])
	}
	return values, origins
}

func TestListedValuesCanBeSetAgain(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		nil,
		{
			"ADDRESS": "[::1]:8000", "ALLOWED_HOSTS": " .Example.org, [::1]", "TRUSTED_PROXIES": "10.1.2.3/8,::1,192.0.2.7,::ffff:10.0.0.0/104", "LOG_LEVEL": "WARN",
			"LOG_FORMAT": "json", "REQUEST_TIMEOUT": "90s", "AUTHENTICATION": "off",
			"SYSLOG_ADDRESS":    "udp://[::1]:514", // feature: syslog
			"OTEL_SERVICE_NAME": "my shop",         // feature: traces
		},
	} {
		values, _ := listed(t, env)
		again, _ := listed(t, values)
		if !maps.Equal(values, again) {
			t.Errorf("the listed values, set again:\n%v\n%v", values, again)
		}
		if env != nil && (values["ALLOWED_HOSTS"] != ".example.org,::1" || values["TRUSTED_PROXIES"] != "10.0.0.0/8,::1/128,192.0.2.7/32,10.0.0.0/8" || values["LOG_LEVEL"] != "warn") {
			t.Errorf("listed are %v", values)
		}
	}
}

func TestEmptyVariableCountsAsUnset(t *testing.T) {
	t.Parallel()
	defaults, _ := listed(t, nil)
	empty := map[string]string{"PORT": ""}
	for name := range defaults {
		empty[name], empty[name+"_FILE"] = "", ""
	}
	for name := range safeguards {
		delete(empty, name)
	}
	delete(empty, "ADMIN_ADDRESS") // feature: admin
	values, origins := listed(t, empty)
	for name, value := range defaults {
		if values[name] != value || origins[name] != "default" {
			t.Errorf("%s= is %q from %s, want the default %q", name, values[name], origins[name], value)
		}
	}
}

// safeguards are settings that must not be empty, and the end of the message that says so.
var safeguards = map[string]string{
	"ADMIN_TOKEN_FILE": "is empty", // feature: admin
}

func TestEmptyVariableOfASafeguardIsRefused(t *testing.T) {
	t.Parallel()
	for name, want := range safeguards {
		status, _, stderr := command(t, map[string]string{name: ""}, "", "settings")
		if status != 2 || !strings.HasPrefix(stderr, "app: "+name) || !strings.Contains(stderr, want) {
			t.Errorf("%s= ends with %d: %s", name, status, stderr)
		}
	}
}

func TestPortIsUsedWithoutAnAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env             map[string]string
		flag            string
		address, origin string
	}{
		{map[string]string{"PORT": "5000"}, "--log-level=info", ":5000", "PORT"},
		{map[string]string{"PORT": "5000", "ADDRESS": ""}, "--log-level=info", ":5000", "PORT"},
		{map[string]string{"PORT": "5000", "ADDRESS": "localhost:9000"}, "--log-level=info", "localhost:9000", "environment"},
		{map[string]string{"PORT": "5000"}, "--address=localhost:7000", "localhost:7000", "flag"},
		{map[string]string{"PORT": "no port", "ADDRESS": ":9000"}, "--log-level=info", ":9000", "environment"},
	} {
		values, origins := listed(t, tt.env, tt.flag)
		if values["ADDRESS"] != tt.address || origins["ADDRESS"] != tt.origin {
			t.Errorf("%v %s: ADDRESS is %s from %s", tt.env, tt.flag, values["ADDRESS"], origins["ADDRESS"])
		}
	}
	if status, _, stderr := command(t, map[string]string{"PORT": "no port"}, "", "settings"); status != 2 || !strings.Contains(stderr, "PORT") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

func TestInvalidListenAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		{"ADDRESS": "8000"},
		{"ADDRESS": "*:8000"},
		{"ADDRESS": "localhost:http"},
		{"ADDRESS": "localhost:99999"},
		{"ADDRESS": "http://localhost:8000"},
		{"ADDRESS": "::1:8000"},
		{"ADDRESS": "local host:8000"},
		{"ADDRESS": "[localhost]:x"},
	} {
		if status, _, stderr := command(t, env, "", "settings"); status != 2 || !strings.Contains(stderr, "ADDRESS ") {
			t.Errorf("%v: exit status %d: %s", env, status, stderr)
		}
	}
}

// refuse checks that each value of a setting is refused.
func refuse(t *testing.T, setting string, values ...string) { // feature: syslog or traces
	t.Helper()
	for _, value := range values {
		if status, _, stderr := command(t, map[string]string{setting: value}, "", "settings"); status != 2 || !strings.Contains(stderr, setting+" ") {
			t.Errorf("%s=%s: exit status %d: %s", setting, value, status, stderr)
		}
	}
}

func TestAuthenticationSettingIsNotIgnored(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"AUTHENTICATION", "AUTHENTICATIO", "AUTHENTICATIONS", "authentication"} {
		for _, command := range []func(map[string]string) (int, string){
			func(env map[string]string) (int, string) {
				status, _, stderr := command(t, env, "", "serve")
				return status, stderr
			},
			func(env map[string]string) (int, string) {
				status, _, stderr := command(t, env, "", "migrate")
				return status, stderr
			},
		} {
			if status, stderr := command(map[string]string{name: "write"}); status != 2 || !strings.Contains(stderr, name) {
				t.Errorf("%s=write: exit status %d: %s", name, status, stderr)
			}
		}
	}
	listed(t, map[string]string{"AUTHENTICATION": "off"})
}

func TestMisspeltSettingIsReported(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]struct {
		setting string
		status  int
	}{
		"ALLOWED_HOST": {"ALLOWED_HOSTS", 0}, "DATABASE_URI": {"DATABASE_URL", 0}, "LOG_LEVELS": {"LOG_LEVEL", 0}, "LOGLEVEL": {"LOG_LEVEL", 0}, "ADDRESSX": {"ADDRESS", 0},
		"log_level": {"LOG_LEVEL", 0}, "TRUSTED_PORXIES": {"TRUSTED_PROXIES", 0}, "LOG_FORMAT_FILE": {"LOG_FORMAT", 0},
		"OTEL_EXPORTER_OTLP_ENDPONT": {"OTEL_EXPORTER_OTLP_ENDPOINT", 0},                                                            // feature: traces
		"ADMIN_TOKE":                 {"ADMIN_TOKEN", 2}, "ADMIN_TOKEN_FILES": {"ADMIN_TOKEN", 2}, "ADMINTOKEN": {"ADMIN_TOKEN", 2}, // feature: admin
	} {
		status, stdout, stderr := command(t, map[string]string{variable: marker}, "", "settings")
		if status != want.status || !strings.Contains(stderr, variable+" ") || !strings.Contains(stderr, want.setting) || strings.Contains(stdout+stderr, marker) {
			t.Errorf("%s: exit status %d: %s", variable, status, stderr)
		}
	}
	// These belong to other programs, or the correct setting is present as well.
	for _, env := range []map[string]string{
		{"PORT": "8000", "HOST": "x", "HOSTNAME": "x", "DATABASE_HOST": "x", "DATABASE_NAME": "x", "LOG_PORT": "tcp://x:1", "ADDRESS_PORT": "1"},
		{"OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}, // feature: traces
		{"DATABASE_URI": "x", "DATABASE_URL": database.DefaultURL("x")},
		{"ALLOWED_HOST": ""},
	} {
		listed(t, env)
	}
	s := startService(t, map[string]string{"ALLOWED_HOST": "x"})
	if got := s.record("a variable looks like a misspelt setting, and has no effect", nil); got["variable"] != "ALLOWED_HOST" || got["setting"] != "ALLOWED_HOSTS" || got["level"] != "WARN" {
		t.Errorf("the log says %v", got)
	}
}

func TestSettingsAreListed(t *testing.T) {
	t.Parallel()
	values, _ := listed(t, nil)
	names := slices.Sorted(maps.Keys(values))
	if len(names) < 10 || !slices.Contains(names, "AUTHENTICATION") {
		t.Errorf("listed are %v", names)
	}
}
