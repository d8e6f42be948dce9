package memory

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// rlimits are the limits of the process's address space and of its data, less what
// is mapped already: the program itself, and room that Go keeps for its tables.
func rlimits() []int64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 6 {
		return nil
	}
	page := int64(os.Getpagesize())
	var out []int64
	for _, r := range []struct {
		which  int
		mapped int64
	}{{unix.RLIMIT_AS, page * parse(fields[0])}, {unix.RLIMIT_DATA, page * parse(fields[5])}} {
		var l unix.Rlimit
		if err := unix.Getrlimit(r.which, &l); err != nil || l.Cur > 1<<60 {
			continue
		}
		out = append(out, max(1, int64(l.Cur)-r.mapped))
	}
	return out
}
