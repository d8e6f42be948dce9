package memory

import (
	"io/fs"
	"testing"
)

// TestLimit: the least limit that holds, as systems and containers show them.
func TestLimit(t *testing.T) {
	const (
		kilo = 1 << 10
		v2   = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		v1   = "24 23 0:21 / / rw - ext4 /dev/sda rw\n30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		none = "9223372036854771712\n"
	)
	for name, c := range map[string]struct {
		files map[string]string
		own   []int64
		want  int64
	}{
		"nothing is known": {nil, nil, 0},
		"the machine":      {map[string]string{"/proc/meminfo": "MemTotal:       1000 kB\nMemFree: 1 kB\n"}, nil, 1000 * kilo},
		"ulimit":           {map[string]string{"/proc/meminfo": "MemTotal: 1000 kB\n"}, []int64{5, 900}, 5},
		"version 2": {map[string]string{
			"/proc/self/mountinfo": v2, "/proc/self/cgroup": "0::/user.slice/job\n",
			"/sys/fs/cgroup/user.slice/job/memory.max": "4096\n", "/sys/fs/cgroup/user.slice/memory.max": "max\n",
		}, nil, 4096},
		"version 2, further up": {map[string]string{
			"/proc/self/mountinfo": v2, "/proc/self/cgroup": "0::/a/b/c\n",
			"/sys/fs/cgroup/a/b/c/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "77\n", "/sys/fs/cgroup/a/b/memory.max": "99\n",
		}, nil, 77},
		"version 2 in a container": {map[string]string{
			"/proc/self/mountinfo": v2, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "12\n",
		}, nil, 12},
		"version 1": {map[string]string{
			"/proc/self/mountinfo": v1, "/proc/self/cgroup": "4:memory:/slurm/job_7/step_0\n0::/\n",
			"/sys/fs/cgroup/memory/slurm/job_7/step_0/memory.limit_in_bytes": none,
			"/sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes":        "2048\n",
			"/sys/fs/cgroup/memory/memory.limit_in_bytes":                    none,
		}, nil, 2048},
		"version 1 of a container, seen from its root": {map[string]string{
			"/proc/self/mountinfo": "30 23 0:27 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			"/proc/self/cgroup":    "4:cpu,memory:/docker/abc\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "321\n",
		}, nil, 321},
		"version 1, limited out of sight": {map[string]string{
			"/proc/self/mountinfo": v1, "/proc/self/cgroup": "4:memory:/\n",
			"/sys/fs/cgroup/memory/memory.limit_in_bytes": none,
			"/sys/fs/cgroup/memory/memory.stat":           "cache 1\nhierarchical_memory_limit 555\n",
		}, nil, 555},
		"a group outside of the view": {map[string]string{
			"/proc/self/mountinfo": v2, "/proc/self/cgroup": "0::/../../other\n", "/sys/fs/cgroup/memory.max": "8\n",
		}, nil, 8},
		"both versions": {map[string]string{
			"/proc/self/mountinfo": v1 + "31 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			"/proc/self/cgroup":    "4:memory:/a\n0::/b\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "50\n", "/sys/fs/cgroup/unified/b/memory.max": "40\n",
		}, nil, 40},
		"a path with a space": {map[string]string{
			"/proc/self/mountinfo": "29 23 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n", "/proc/self/cgroup": "0::/x\n", "/my groups/x/memory.max": "6\n",
		}, nil, 6},
		"another group's name begins alike": {map[string]string{
			"/proc/self/mountinfo": "30 23 0:27 /docker/ab /m rw - cgroup cgroup rw,memory\n", "/proc/self/cgroup": "4:memory:/docker/abc\n", "/m/memory.limit_in_bytes": "3\n",
		}, nil, 3},
	} {
		s := system{func(name string) ([]byte, error) {
			text, found := c.files[name]
			if !found {
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		}}
		if got := s.limit(c.own); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestLimitOfThis: the limit of this process is one that it can run with.
func TestLimitOfThis(t *testing.T) {
	if limit := Limit(); limit < 0 || limit > 0 && limit < 1<<20 {
		t.Errorf("%d bytes", limit)
	}
}
