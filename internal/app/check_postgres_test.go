package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/check"
)

func TestCheckShowsNoPassword(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{
		{"DATABASE_URL": "postgres://app:" + marker + "@127.0.0.1:1/app"},
		{"DATABASE_URL": "postgres://app@127.0.0.1:1/app", "DATABASE_PASSWORD": marker},
		{"DATABASE_URL": "postgres://app@127.0.0.1:1/app", "DATABASE_PASSWORD": publishedPassword},
	} {
		for _, format := range []string{"--json", "--no-json"} {
			args := []string{"check", "--deploy", "--json"}
			if format != "--json" {
				args = args[:2]
			}
			status, stdout, stderr := command(t, env, "", args...)
			if output := stdout + stderr; status != 1 || strings.Contains(output, marker) || strings.Contains(output, publishedPassword) || !strings.Contains(output, "postgres.weak-password") {
				t.Errorf("exit status %d: %s", status, output)
			}
		}
		if _, results := checked(t, env); results["secrets.exposed"] != check.Found || results["database.unreachable"] != check.Found || results["postgres.fsync"] != check.Unknown {
			t.Errorf("%v", results)
		}
	}
}
