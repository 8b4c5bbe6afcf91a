package app

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/databasetest"
)

func TestImageOfTheDatabaseHasTheTemplateThatTestsLookFor(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skipf("docker/db/template-name is not covered: %v", err)
	}
	env := settingsOf(t, databasetest.OpenPostgres(t, resources())) // the image has no other engine
	status, stdout, stderr := command(t, env, "", "migrate", "--status")
	if status != 0 {
		t.Fatalf("app migrate --status = %d: %s", status, stderr)
	}
	name := exec.CommandContext(t.Context(), sh, filepath.Join("..", "..", "docker", "db", "template-name"))
	name.Dir = filepath.Join("..", "sampletest")                        // it finds the migrations below this folder
	const plumbing = "applied  other/20260105090000_create_other.sql\n" // which tests of resources do not have
	name.Stdin = strings.NewReader(stdout + plumbing)
	got, err := name.Output()
	want, nameErr := databasetest.TemplateName(resources())
	if err != nil || nameErr != nil || strings.TrimSpace(string(got)) != want {
		t.Errorf("template-name prints %q, %v, want %q, %v", got, err, want, nameErr)
	}
}
