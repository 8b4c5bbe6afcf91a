package systemtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/envtest"
	"example.com/templatesite/internal/webtest"
)

// maxMemory is how much memory loading and dumping a fixture of any length may use. The fixture
// of this test has about 17 MB.
const maxMemory = 64 << 20

func TestLoadingAndDumpingManyRowsNeedsBoundedMemory(t *testing.T) {
	needBinary(t)
	resource, dir := needResource(t), t.TempDir()
	first, second := filepath.Join(dir, "first.json"), filepath.Join(dir, "second.json")
	if err := os.WriteFile(first, makeFixture(t, resource, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	database := emptyDatabase(t)
	runOn(t, database, nil, "migrate")
	runOn(t, database, nil, "loaddata", first)
	dump(t, database, second)
	if readFile(t, first) != readFile(t, second) {
		t.Error("the dump differs from the fixture that was loaded")
	}
}

var pk = regexp.MustCompile(`"pk": \d+`)

// makeFixture returns a dump of the fixtures of all resources. In it, n copies of a created row,
// each with its own key and text, replace the fixtures of resource.
func makeFixture(t *testing.T, resource discovertest.Resource, n int) []byte {
	t.Helper()
	const text = "to be multiplied"
	database := newDatabase(t)
	created := create(t, webtest.At(t, serve(t, database).URL), resource, text)
	status, output := runApp(t, []string{"DATABASE_URL=" + database}, "dumpdata")
	if status != 0 {
		t.Fatalf("app dumpdata: %s", output)
	}
	width := 100
	if resource.MaxLength > 0 {
		width = min(width, int(resource.MaxLength))
	}
	var records []string
	for record := range strings.Lines(output) {
		record = strings.TrimRight(record, ",\n")
		switch {
		case !strings.HasPrefix(record, " "): // [ or ]
		case !strings.Contains(record, fmt.Sprintf(`{"model": %q,`, resource.Name)):
			records = append(records, record)
		case strings.Contains(record, text):
			for i := range n {
				copied := strings.Replace(record, text, fmt.Sprintf("%0*d", width, i), 1)
				for _, name := range resource.Unique {
					copied = strings.Replace(copied, member(t, name, created[name]), member(t, name, webtest.Vary(created[name])), 1)
				}
				records = append(records, pk.ReplaceAllLiteralString(copied, fmt.Sprintf(`"pk": %d`, i+1)))
			}
		}
	}
	return []byte("[\n" + strings.Join(records, ",\n") + "\n]\n")
}

// member is a member of an object, as it is in a dump.
func member(t *testing.T, name string, value any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{name: value})
	if err != nil {
		t.Fatal(err)
	}
	return string(text[1 : len(text)-1])
}

func dump(t *testing.T, database, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if peak := runOn(t, database, file, "dumpdata"); peak == 0 && runtime.GOOS == "linux" {
		t.Error("the memory that app dumpdata uses was not measured")
	}
}

// runOn runs a command and returns the most memory that it was observed to use.
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
				t.Errorf("app %v used %d MB", args, peak>>20)
			}
			return peak
		case <-time.After(time.Millisecond):
			peak = max(peak, peakMemory(cmd.Process.Pid))
		}
	}
}

// peakMemory returns the most memory that a process has used so far, or 0 without /proc.
// (ProcessState is no alternative: its maximum includes the memory of the parent, this test,
// from before exec.)
func peakMemory(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // the process may have ended
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscan(rest, &kilobytes) // 0 if there is none
	return kilobytes << 10
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
