package app

import (
	"fmt"
	"strings"
	"testing"
)

func TestDevelopmentPasswordIsRefusedInProduction(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		environment, password, url string
		want                       int
	}{
		{"production", publishedPassword, "postgres://app@db/x", 2},
		{"production", "", "postgres://app:" + publishedPassword + "@db/x", 2},
		{"production", "", "postgres://app@db/x?password=" + publishedPassword, 2},
		{"production", "", "postgres://app:" + percentEncoded(publishedPassword) + "@db/x", 2},
		{"production", "another", "postgres://app@db/x", 0},
		{"development", publishedPassword, "postgres://app@db/x", 0},
	} {
		env := map[string]string{"ENVIRONMENT": tt.environment, "DATABASE_PASSWORD": tt.password, "DATABASE_URL": tt.url}
		status, stdout, stderr := command(t, env, "", "settings")
		if status != tt.want || strings.Contains(stdout+stderr, publishedPassword) {
			t.Errorf("%+v: exit status %d: %s%s", tt, status, stdout, stderr)
		}
	}
}

// percentEncoded returns text as it may also be written in a URL.
func percentEncoded(text string) string { return fmt.Sprintf("%%%02x", text[0]) + text[1:] }
