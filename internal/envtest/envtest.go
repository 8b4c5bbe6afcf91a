// Package envtest isolates tests from the environment of the shell: a developer's LOG_LEVEL
// or PGHOST reaches neither the libraries under test nor the processes that tests
// start. The packages for tests call Clear when they are initialized, so a test that imports
// one of them is isolated. Only tests and packages for tests import it.
//
// It does not know the settings of the service: it keeps the variables on its own list.
package envtest

import (
	"os"
	"slices"
	"strings"
)

// kept are the variables by which programs find their files, and those with the password for
// TEST_DATABASE_URL.
var kept = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "PGPASSWORD", "PGPASSFILE",
	"TMP", "TEMP", "SYSTEMROOT", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", // Windows
}

// keptPrefixes begin the names of the variables that configure the tests themselves, and what
// they start.
var keptPrefixes = []string{
	"TEST_", "REQUIRE_", "SYSTEM_TEST_", "FAULTS", "OBSERVE", "XDG_",
	"DOCKER_", "COMPOSE_", // feature: cluster
}

// shell is the environment before Clear.
var shell = os.Environ()

// Clear unsets all variables of this process that are not kept.
func Clear() {
	for _, variable := range os.Environ() {
		if !keeps(variable) {
			name, _, _ := strings.Cut(variable, "=")
			_ = os.Unsetenv(name) // Windows has names that cannot be unset, which no program reads
		}
	}
}

// Environ returns the variables that Clear keeps, for a process that a test starts.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool { return !keeps(variable) })
}

// Shell returns the environment before Clear, for the go command, which needs its own settings and
// perhaps a proxy.
func Shell() []string { return slices.Clone(shell) }

func keeps(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains(kept, strings.ToUpper(name)) ||
		slices.ContainsFunc(keptPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
