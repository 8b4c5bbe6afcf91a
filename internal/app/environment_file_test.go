package app

import (
	"os"
	"strings"
	"testing"
)

func TestEnvironmentFileIsValid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../environment.env")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) { // as docker run --env-file reads it
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if found && !strings.HasPrefix(line, "#") {
			env[name] = value
		}
	}
	env["DATABASE_PASSWORD_FILE"] = "../../docker/db/password.development"
	if status, _, stderr := command(t, env, "", "settings"); status != 0 || len(env) < 10 {
		t.Errorf("exit status %d with %d settings:\n%s", status, len(env), stderr)
	}
}
