package files

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// doNotWait is for named pipes, which are no files here.
const doNotWait = 0

// lock takes a lock that ends with the process, however that ends.
func lock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// syncFolder does nothing: Windows keeps renames without it.
func syncFolder(*os.File) error { return nil }

func cannot(error) bool { return false }

func isFault(error) bool { return true }
