package app

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestMemoryLimitIsTheLowestOfTheControlGroups(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"no control groups": {nil, math.MaxInt64},
		"no limit": {map[string]string{
			"proc/self/cgroup":                   "0::/app\n",
			"sys/fs/cgroup/app/memory.max":       "max\n",
			"sys/fs/cgroup/app/memory.high":      "1\n",
			"sys/fs/cgroup/elsewhere/memory.max": "1\n",
		}, math.MaxInt64},
		"a parent": {map[string]string{
			"proc/self/cgroup":                 "0::/pod/app\n",
			"sys/fs/cgroup/pod/memory.max":     "64000000\n",
			"sys/fs/cgroup/pod/app/memory.max": "128000000\n",
		}, 64000000},
		"a container that sees only its own": {map[string]string{
			"proc/self/cgroup":         "0::/../../system/abc\n",
			"sys/fs/cgroup/memory.max": "64000000\n",
		}, 64000000},
		"version 1": {map[string]string{
			"proc/self/cgroup":                               "5:cpu,cpuacct:/app\n4:memory:/app\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":     "9223372036854771712\n",
			"sys/fs/cgroup/memory/app/memory.limit_in_bytes": "64000000\n",
		}, 64000000},
		"version 1 without a limit": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, math.MaxInt64},
	} {
		root := fstest.MapFS{}
		for file, text := range tt.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := groupMemory(root); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
