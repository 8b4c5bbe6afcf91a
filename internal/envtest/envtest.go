// Package envtest gives tests an environment that does not depend on the shell: a
// LOG_LEVEL, an OTEL_… or a PGHOST of the developer's reaches neither the libraries
// under test nor the processes that tests start. The test-support packages call
// Clear when they are initialized, so a test that imports one of them is isolated.
// Only tests and test-support packages import it.
//
// It does not know the settings of the service: it keeps what is on a list of its own.
package envtest

import (
	"os"
	"slices"
	"strings"
)

// kept are the variables by which programs find their files, and a password for the
// server that TEST_DATABASE_URL names.
var kept = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "PGPASSWORD", "PGPASSFILE",
	"TMP", "TEMP", "SYSTEMROOT", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", // Windows
}

// keptPrefixes begin the names of what configures the tests themselves, and Docker.
var keptPrefixes = []string{"TEST_", "REQUIRE_", "SYSTEM_TEST_", "FAULTS", "OBSERVE", "XDG_", "DOCKER_", "COMPOSE_"}

// shell is the environment before Clear.
var shell = os.Environ()

// Clear removes from this process what could change a test's result.
func Clear() {
	for _, variable := range os.Environ() {
		if !keeps(variable) {
			name, _, _ := strings.Cut(variable, "=")
			_ = os.Unsetenv(name) // Windows has names that cannot be removed, and are not read
		}
	}
}

// Environ returns what Clear keeps, for a process that is started by a test.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool { return !keeps(variable) })
}

// Shell returns the whole environment of the shell, for the go command, which needs its
// own settings and perhaps a proxy.
func Shell() []string { return slices.Clone(shell) }

func keeps(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains(kept, strings.ToUpper(name)) ||
		slices.ContainsFunc(keptPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
