package check_test

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/templatesite/internal/check"
)

// The files of a process that may do nothing, as the kernel writes them.
const (
	status = "Name:\tapp\nUid:\t65532\t65532\t65532\t65532\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n" +
		"CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n"
	limits    = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1048576              1048576              files     \n"
	mountinfo = "21 20 0:19 / /proc rw,nosuid - proc proc rw\n20 1 0:50 / / ro,relatime master:1 - overlay overlay rw,lowerdir=/a\n" +
		`30 20 8:1 /srv /srv rw - ext4 /dev/sda1 rw` + "\n"
)

func init() {
	file := func(name, old, with string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			files := map[string]string{"proc/self/status": status, "proc/self/limits": limits, "proc/self/mountinfo": mountinfo}
			if !strings.Contains(files[name], old) {
				t.Fatalf("%s does not contain %q", name, old)
			}
			s.Root = root(t, map[string]string{name: strings.Replace(files[name], old, with, 1)})
		}
	}
	memory := func(limit, body int64) func(*testing.T, *check.Subject) {
		return func(_ *testing.T, s *check.Subject) { s.MemoryLimit, s.MaxBodyBytes = limit, body }
	}
	cases = append(cases,
		tested{"process.root", file("proc/self/status", "Uid:\t65532\t65532", "Uid:\t65532\t0"), keep},
		tested{"process.capabilities", file("proc/self/status", "CapEff:\t0000000000000000", "CapEff:\t0000000000000400"), keep},
		tested{"process.capabilities", file("proc/self/status", "CapPrm:\t0000000000000000", "CapPrm:\t0000000000000400"), keep},
		tested{"process.privileges", file("proc/self/status", "CapBnd:\t0000000000000000\nNoNewPrivs:\t1", "CapBnd:\t00000000a80425fb\nNoNewPrivs:\t0"), keep},
		tested{
			"process.privileges", file("proc/self/status", "CapBnd:\t0000000000000000\nNoNewPrivs:\t1", "CapBnd:\t0000000000000001\nNoNewPrivs:\t0"),
			file("proc/self/status", "NoNewPrivs:\t1", "NoNewPrivs:\t0"),
		},
		tested{"process.writable-root", file("proc/self/mountinfo", "ro,relatime", "rw,relatime"), keep},
		tested{"memory.unlimited", memory(math.MaxInt64, 1), keep},
		tested{"memory.bodies", memory(64<<20, 9<<20), memory(64<<20, 8<<20)},
		tested{"memory.bodies", memory(math.MaxInt64, 1<<30), memory(math.MaxInt64, 1<<20)}, // of the machine: 4 GB
		tested{"descriptors.few", file("proc/self/limits", "1048576", "256    "), file("proc/self/limits", "1048576", "1024   ")},
		tested{"descriptors.few", file("proc/self/limits", "1048576", "1023   "), file("proc/self/limits", "1048576", "unlimited")},
	)
}

// root returns a folder with the files of a process, and these in the place of some.
func root(t *testing.T, files map[string]string) fs.FS {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"proc/self/status": status, "proc/self/limits": limits, "proc/self/mountinfo": mountinfo,
		"proc/self/cgroup": "0::/\n", "proc/meminfo": "MemTotal:        4194304 kB\nMemFree:         1024 kB\n",
	} {
		if other, found := files[name]; found {
			text = other
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return os.DirFS(dir)
}

func TestFactsOfThisProcessAreKnownOnLinux(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	s := healthy(t)
	s.Root, s.MemoryLimit = os.DirFS("/"), math.MaxInt64
	for _, r := range check.Run(t.Context(), s, true) {
		if r.Status == check.Unknown {
			t.Errorf("%+v", r)
		}
		if r.ID == "process.root" && (r.Status == check.Found) != (os.Geteuid() == 0) {
			t.Errorf("the user is %d: %+v", os.Geteuid(), r)
		}
	}
}
