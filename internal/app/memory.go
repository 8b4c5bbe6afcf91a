package app

import (
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// besidesGo is the memory that the kernel holds for connections and files. It counts as
// the control group's, and Go does not see it.
const besidesGo = 32 << 20

// limitMemory has the garbage collector keep within the memory of the control group,
// which Go does not look at, unless GOMEMLIMIT says what it may have.
func limitMemory(log *slog.Logger) {
	group := groupMemory(os.DirFS("/"))
	if group != math.MaxInt64 && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(max(group/2, group-besidesGo) + ballastSize) // which takes none of it
	}
	log.Debug("memory", "group", group, "limit", debug.SetMemoryLimit(-1))
}

// groupMemory returns the smallest limit of the control groups of this process, of the
// first or the second version, or math.MaxInt64 for none. A container may see its own
// group at the root, whatever its path is said to be.
func groupMemory(root fs.FS) int64 {
	limit := int64(math.MaxInt64)
	groups, _ := fs.ReadFile(root, "proc/self/cgroup") // there is none on other systems
	for line := range strings.Lines(string(groups)) {
		_, line, _ = strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(line, ":")
		mount, file := "sys/fs/cgroup", "memory.max"
		switch controllers {
		case "":
		case "memory":
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for ; ; group = path.Dir(group) {
			text, _ := fs.ReadFile(root, path.Join(mount, group, file))
			// "max" is no number; the first version has a huge one instead.
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n < 1<<60 {
				limit = min(limit, n)
			}
			if group == path.Dir(group) {
				break
			}
		}
	}
	return limit
}
