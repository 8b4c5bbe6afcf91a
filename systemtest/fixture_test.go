package systemtest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/envtest"
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
	if peak := runOn(t, fixtureDatabase(dir), file, "dumpdata"); peak == 0 && runtime.GOOS == "linux" {
		t.Error("its memory was not seen")
	}
}

// command runs one command on the database of dir.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	runOn(t, fixtureDatabase(dir), nil, args...)
}

func fixtureDatabase(dir string) string { return "sqlite:" + filepath.Join(dir, "fixture.db") }

// runOn runs a command, and returns the most memory that it was seen to hold.
func runOn(t *testing.T, database string, stdout *os.File, args ...string) (peak int64) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(envtest.Environ(), "DATABASE_URL="+database)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if stdout != nil {
		cmd.Stdout = stdout
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("app %v: %v: %s", args, err, &stderr)
			}
			if peak > maxMemory {
				t.Errorf("app %v took %d MB", args, peak>>20)
			}
			return peak
		case <-time.After(time.Millisecond):
			peak = max(peak, peakMemory(cmd.Process.Pid))
		}
	}
}

// peakMemory returns the most memory that a process has held so far, or 0 where /proc
// does not tell. (What the kernel says at its end begins with the memory of its parent,
// which is this test.)
func peakMemory(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // it may have ended
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscan(rest, &kilobytes) // 0 when it is not there
	return kilobytes << 10
}
