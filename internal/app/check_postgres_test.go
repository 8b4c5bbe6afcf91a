package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/check"
)

func TestCheckShowsNoPassword(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ found, url, password string }{
		{"postgres.weak-password", "postgres://app:" + marker + "@127.0.0.1:1/app", ""},
		{"postgres.weak-password", "postgres://app@127.0.0.1:1/app", marker},
		{"postgres.published-password", "postgres://app@127.0.0.1:1/app", publishedPassword},
	} {
		env := map[string]string{"DATABASE_URL": tt.url}
		if tt.password != "" {
			env["DATABASE_PASSWORD"] = tt.password
		}
		for _, args := range [][]string{{"check", "--deploy"}, {"check", "--deploy", "--json"}} {
			status, stdout, stderr := command(t, env, "", args...)
			if output := stdout + stderr; status != 1 || strings.Contains(output, marker) || strings.Contains(output, publishedPassword) || !strings.Contains(output, tt.found) {
				t.Errorf("exit status %d: %s", status, output)
			}
		}
		if _, results := checked(t, env); results["secrets.exposed"] != check.Found || results["database.unreachable"] != check.Found || results["postgres.fsync"] != check.Unknown {
			t.Errorf("%v", results)
		}
	}
}
