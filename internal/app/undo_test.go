package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestLoaddataTakesTheNameOfAResource(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		if status, _, stderr := command(t, env, "", "loaddata", "tweet"); status != 0 || !strings.Contains(stderr, "loaded 2 rows") {
			t.Errorf("app loaddata tweet = %d: %s", status, stderr)
		}
		status, _, stderr := command(t, env, "", "loaddata", "twet")
		if status != 1 || !strings.Contains(stderr, `fixture "twet": there is neither a file nor a resource of that name`) {
			t.Errorf("app loaddata twet = %d: %s", status, stderr)
		}
		status, _, stderr = command(t, env, "", "loaddata", t.TempDir())
		if status != 1 || !strings.Contains(stderr, "is a directory") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("app loaddata of a folder = %d: %s", status, stderr)
		}
	})
}
