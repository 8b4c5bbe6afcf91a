package envtest_test

import (
	"os"
	"slices"
	"testing"

	"example.com/templatesite/internal/envtest"
)

func TestVariablesOfTheShellReachNeitherTestsNorProcesses(t *testing.T) {
	removed := []string{"LOG_LEVEL", "ALLOWED_HOSTS", "DATABASE_URL_FILE", "GODEBUG", "HTTP_PROXY", "http_proxy", "PGHOST", "LC_ALL", "TZ", "A_SETTING_TO_COME"}
	kept := []string{"PATH", "HOME", "PGPASSWORD", "TEST_DATABASE_URL", "REQUIRE_CHROMIUM", "FAULTS"}
	for _, name := range append(removed, kept...) {
		t.Setenv(name, "odd") // also restores it
	}
	for range 2 {
		got := envtest.Environ()
		for _, name := range removed {
			if slices.Contains(got, name+"=odd") {
				t.Errorf("a process gets %s", name)
			}
		}
		for _, name := range kept {
			if !slices.Contains(got, name+"=odd") {
				t.Errorf("a process does not get %s", name)
			}
		}
		envtest.Clear() // does not change Environ
	}
	for _, name := range removed {
		if _, set := os.LookupEnv(name); set {
			t.Errorf("this process still has %s", name)
		}
	}
}
