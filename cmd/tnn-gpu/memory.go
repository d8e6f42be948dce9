package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// machineMemory is how much memory the process can have, in bytes; 0 where the
// system does not tell.
func machineMemory() int64 {
	var kilobytes int64
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kilobytes); err == nil {
				break
			}
		}
	}
	total := kilobytes << 10
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && (total == 0 || limit < total) {
			total = limit
		}
	}
	return total
}
