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

// ballast makes the garbage collector run less often. It runs when the heap has doubled,
// which for a heap of a few megabytes would be hundreds of times a second under load. The
// ballast counts as heap, but takes no memory, because nothing writes to it.
func ballast() []byte { return make([]byte, ballastSize) }

const ballastSize = 12 << 20

// kernelMemory is what the kernel uses for connections and files. It counts toward the limit
// of the control group, but not toward Go's.
const kernelMemory = 32 << 20

// limitMemory derives the memory limit of the garbage collector from that of the control
// group, which Go does not read itself. GOMEMLIMIT takes precedence.
func limitMemory(log *slog.Logger) {
	group := groupMemory(os.DirFS("/"))
	if group != math.MaxInt64 && debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(max(group/2, group-kernelMemory) + ballastSize) // the ballast takes no memory
	}
	log.Debug("memory", "group", group, "limit", debug.SetMemoryLimit(-1))
}

// groupMemory returns the smallest limit of the control groups (version 1 or 2) of this
// process, or math.MaxInt64 if there is none. In a container the group may be mounted at the
// root, whatever /proc/self/cgroup says, so every parent is tried.
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
			// Version 2 writes "max" for no limit, and version 1 a huge number.
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
