package app

import (
	"fmt"
	"strings"
	"testing"
)

// marker is part of every secret in these tests. No output may contain it.
const marker = "S3cretPart"

func TestURLWithAPasswordInTheWrongSettingIsNotShown(t *testing.T) {
	t.Parallel()
	hideURLs(t,
		"ADDRESS", "DATABASE_MAX_CONNECTIONS", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "LOG_LEVEL", "LOG_FORMAT",
		"REQUEST_TIMEOUT", "MAX_IN_FLIGHT",
	)
}

// hideURLs checks that a URL with a password, set as one of these settings, is refused and not shown.
func hideURLs(t *testing.T, settings ...string) {
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

func TestSecretInAWrongPlaceIsNotRepeated(t *testing.T) {
	t.Parallel()
	hideSecrets(t, []misplaced{
		{nil, []string{"--log-level=http://x:" + marker + "@db"}},
		{nil, []string{"--help=" + marker}},
	})
}

// misplaced are settings and arguments with a secret in a wrong place.
type misplaced struct {
	env  map[string]string
	args []string
}

// hideSecrets checks that they are refused, and that the secret is not repeated.
func hideSecrets(t *testing.T, all []misplaced) {
	t.Helper()
	for _, tt := range all {
		status, stdout, stderr := command(t, tt.env, "", append([]string{"settings"}, tt.args...)...)
		if status != 2 || strings.Contains(stdout+stderr, marker) {
			t.Errorf("%v %q: exit status %d: %s%s", fmt.Sprint(tt.env), tt.args, status, stdout, stderr)
		}
	}
}
