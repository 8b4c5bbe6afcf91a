package systemtest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// maxMemory is what loading and dumping may take, however long the fixture is:
// the one of this test alone has 17 MB.
const maxMemory = 64 << 20

func TestHundredThousandRowsPassInBoundedMemory(t *testing.T) {
	needOwn(t)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.json"), filepath.Join(dir, "second.json")
	writeFixture(t, first, 100_000)
	command(t, dir, "migrate")
	command(t, dir, "loaddata", first)
	dump(t, dir, second)
	want, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the dump differs from what was loaded")
	}
}

func writeFixture(t *testing.T, name string, rows int) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	for i := range rows {
		separator := ",\n"
		if i == 0 {
			separator = "[\n"
		}
		fmt.Fprintf(out, `%s  {"model": "tweet", "pk": %d, "fields": {"text":"%0100d","timestamp":"2017-07-30T15:22:42Z"}}`, separator, i+1, i)
	}
	fmt.Fprint(out, "\n]\n")
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func dump(t *testing.T, dir, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	runOn(t, fixtureDatabase(dir), file, "dumpdata")
}

// command runs one command on the database of dir.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	runOn(t, fixtureDatabase(dir), nil, args...)
}

func fixtureDatabase(dir string) string { return "sqlite:" + filepath.Join(dir, "fixture.db") }

func runOn(t *testing.T, database string, stdout *os.File, args ...string) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+database)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if stdout != nil {
		cmd.Stdout = stdout
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("app %v: %v: %s", args, err, &stderr)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return
	}
	if peak := usage.Maxrss << 10; peak > maxMemory {
		t.Errorf("app %v took %d MB", args, peak>>20)
	}
}
