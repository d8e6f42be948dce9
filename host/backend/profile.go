package backend

import "time"

// KernelTime is what the launches of one kernel took on the device.
type KernelTime struct {
	Kernel   string
	Launches int
	Total    time.Duration
}

// Profiler is a backend that keeps times per kernel when Options.Profile asks for
// them.
type Profiler interface {
	// Profile waits for the device and returns what each kernel took since the
	// network was opened, the longest first. Times that cannot be true are an error.
	Profile() ([]KernelTime, error)
}
