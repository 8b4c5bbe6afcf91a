package systemtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.com/templatesite/internal/processtest"
)

// shell runs a script in which $0 is the program.
func shell(t *testing.T, database, script string) (status int, stderr string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-c", script, binary)
	command.Env = processtest.Options{Database: database}.Env()
	var text strings.Builder
	command.Stderr = &text
	_ = command.Run() // the caller looks at the status
	return command.ProcessState.ExitCode(), text.String()
}

func TestUnwritableStandardOutputIsAnError(t *testing.T) {
	needBinary(t)
	database := emptyDatabase(t)
	if status, stderr := shell(t, database, `"$0" migrate >/dev/null && "$0" loaddata`); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	commands := []string{"--help", "serve --help", "settings", "routes", "openapi", "openapi --yaml", "version", "dumpdata", "migrate"}
	if resource, err := firstResource(); err == nil {
		commands = append(commands, "dumpdata "+resource.Name, "migrate --status") // without a resource, these print nothing
	}
	for _, command := range commands {
		for file, want := range map[string]string{"/dev/null": "status 0\n", "/dev/full": "app: standard output cannot be written to: no space left on device\nstatus 1\n"} {
			if _, err := os.Stat(file); err != nil {
				t.Logf("not tested: %v", err) // macOS has no /dev/full
				continue
			}
			if _, stderr := shell(t, database, `"$0" `+command+" >"+file+`; echo "status $?" >&2`); stderr != want {
				t.Errorf("app %s >%s: %s", command, file, stderr)
			}
		}
		// The reader of the pipe exits before the first byte is written.
		if _, stderr := shell(t, database, `{ sleep 0.3; "$0" `+command+`; echo "status $?" >&2; } | true`); stderr != "status 141\n" {
			t.Errorf("app %s into a pipe without a reader: %s", command, stderr)
		}
	}
}

func TestClosedStandardOutputIsAnErrorOnlyForData(t *testing.T) {
	needBinary(t)
	database := emptyDatabase(t)
	if status, stderr := shell(t, database, `"$0" migrate >/dev/null && "$0" loaddata`); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for script, want := range map[string]int{
		`"$0" dumpdata >&-`: 1, `"$0" openapi >&-`: 1, `"$0" dumpdata <&- >&-`: 1, `"$0" dumpdata >/dev/null`: 0, `"$0" dumpdata <&- | cat >/dev/null`: 0,
		`"$0" version >&-`: 0, `"$0" settings >&-`: 0, `"$0" version <>/dev/null >&0`: 0,
	} {
		status, stderr := shell(t, database, script)
		if status != want || (want == 1) != strings.Contains(stderr, "standard output is closed") {
			t.Errorf("%s: exit status %d, want %d: %s", script, status, want, stderr)
		}
	}
}
