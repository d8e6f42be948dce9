//go:build unix && !solaris && !aix

package files

import (
	"errors"
	"os"
	"syscall"
)

// doNotWait opens a named pipe without waiting for its other end.
const doNotWait = syscall.O_NONBLOCK

// lock takes a lock that ends with the process, however that ends.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

func syncFolder(f *os.File) error { return f.Sync() }

// cannot tells an operation that a file system does not have from one that failed.
func cannot(err error) bool {
	for _, e := range []error{syscall.EINVAL, syscall.ENOSYS, syscall.ENOTSUP, syscall.EOPNOTSUPP} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// isFault tells a folder that was lost from one that cannot be synced, for which file
// systems have many words.
func isFault(err error) bool {
	for _, e := range []error{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
