package memory

import (
	"os"
	"runtime/metrics"
	"strings"

	"golang.org/x/sys/unix"
)

// rlimits are what the limits of the process's address space and of its data leave
// for Go's memory: half of what else is mapped has not taken. Address space is taken
// in large pieces that are not given back, so the other half is its waste.
func rlimits() []int64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 6 {
		return nil
	}
	own := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(own)
	page, held := int64(os.Getpagesize()), int64(own[0].Value.Uint64())
	var out []int64
	for _, r := range []struct {
		which  int
		mapped int64
	}{{unix.RLIMIT_AS, page * parse(fields[0])}, {unix.RLIMIT_DATA, page * parse(fields[5])}} {
		var l unix.Rlimit
		if err := unix.Getrlimit(r.which, &l); err != nil || l.Cur > 1<<60 {
			continue
		}
		out = append(out, max(1, (int64(l.Cur)-max(0, r.mapped-held))/2))
	}
	return out
}
