//go:build !linux

package files

// Self does not tell which process this is: what it leaves is waited for.
func Self() string { return "unknown" }

// IsAlive does not tell that a process has ended.
func IsAlive(string, string) bool { return true }
