//go:build unix

package bench

import (
	"syscall"
	"time"
)

// ProcessorTime is what all threads of the process have computed so far.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
