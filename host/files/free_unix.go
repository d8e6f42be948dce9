//go:build linux || darwin || freebsd

package files

import "golang.org/x/sys/unix"

// Free is how many bytes more the disk of a folder takes from this user; 0 where that is
// not known.
func Free(folder string) int64 {
	var s unix.Statfs_t
	if unix.Statfs(folder, &s) != nil {
		return 0
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
