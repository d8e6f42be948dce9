package files

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Self says which process this is: the machine since its start, the numbers that
// processes have in it, the process's own, and when it started.
func Self() string {
	boot, bootError := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, spaceError := os.Readlink("/proc/self/ns/pid")
	pid := strconv.Itoa(os.Getpid())
	started, err := startOf(pid)
	if errors.Join(bootError, spaceError, err) != nil {
		return "unknown"
	}
	return strings.Join([]string{strings.TrimSpace(string(boot)), space, pid, started}, " ")
}

// startOf is the time at which a process started, as the system counts it.
func startOf(pid string) (string, error) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return "", err
	}
	// The name of the program, in brackets, may have spaces; what follows has none.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const start = 19 // field 22 of the line
	if len(fields) <= start {
		return "", errors.New("/proc does not tell when a process started")
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return "", fs.ErrNotExist // it has ended, and no one has asked how
	}
	return fields[start], nil
}

// IsAlive tells whether a process with this number started at that time.
func IsAlive(pid, started string) bool {
	if _, err := strconv.Atoi(pid); err != nil {
		return true
	}
	now, err := startOf(pid)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return err != nil || now == started
}
