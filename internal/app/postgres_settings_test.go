package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func init() { safeguards["ENVIRONMENT"] = "development or production" }

func TestMistakesInTheSettingsOfPostgreSQLAreReportedWithoutSecrets(t *testing.T) {
	t.Parallel()
	status, _, stderr := command(t, map[string]string{"ENVIRONMENT": "moon", "DATABASE_URL": "postgres://app:SECRET@db:port/x"}, "", "settings")
	if status != 2 || !strings.Contains(stderr, "app: ENVIRONMENT ") || !strings.Contains(stderr, "app: DATABASE_URL ") || strings.Contains(stderr, "SECRET") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

func TestMisspeltPasswordIsReportedWithoutIt(t *testing.T) {
	t.Parallel()
	const variable = "DATABASE_PASSWORD_FIL"
	status, stdout, stderr := command(t, map[string]string{variable: marker}, "", "settings")
	if status != 0 || !strings.Contains(stderr, variable+" ") || !strings.Contains(stderr, "misspelt DATABASE_PASSWORD,") || strings.Contains(stdout+stderr, marker) {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

func TestSecretComesFromAFileOrAVariableButNotBoth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		env    map[string]string
		status int
		want   string
	}{
		{"from a file", map[string]string{"DATABASE_PASSWORD_FILE": file}, 0, "*** file "},
		{"from a variable", map[string]string{"DATABASE_PASSWORD": "s3cr3t"}, 0, "*** environment "},
		{"from both", map[string]string{"DATABASE_PASSWORD": "s3cr3t", "DATABASE_PASSWORD_FILE": file}, 2, "choose one"},
		{"from a file that is missing", map[string]string{"DATABASE_PASSWORD_FILE": file + "x"}, 2, "DATABASE_PASSWORD_FILE names a file that cannot be read"},
		{"from a file that is empty", map[string]string{"DATABASE_PASSWORD_FILE": empty}, 2, "DATABASE_PASSWORD_FILE "},
		{"in a parameter", map[string]string{"DATABASE_URL": "postgres://app@db/x?password=s3cr3t"}, 2, "Do not put a password into the parameters"},
		{"as the password of a TLS key", map[string]string{"DATABASE_URL": "postgres://app@db/x?sslpassword=s3cr3t"}, 0, "postgres://app@db/x?sslpassword=xxxxx"},
		{"in a URL", map[string]string{"DATABASE_URL": "postgres://app:s3cr3t@db/x"}, 0, "postgres://app:xxxxx@db/x"},
	} {
		status, stdout, stderr := command(t, tt.env, "", "settings")
		if status != tt.status || !strings.Contains(strings.Join(strings.Fields(stdout+stderr), " "), tt.want) {
			t.Errorf("%s: exit status %d, want %d and %q:\n%s%s", tt.name, status, tt.status, tt.want, stdout, stderr)
		}
		if strings.Contains(stdout+stderr, "s3cr3t") {
			t.Errorf("%s: the secret is shown:\n%s%s", tt.name, stdout, stderr)
		}
	}
}
