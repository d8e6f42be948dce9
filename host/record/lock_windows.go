package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// sharingViolation is ERROR_SHARING_VIOLATION.
const sharingViolation syscall.Errno = 32

// lockFile opens a file that no one else may open until it is closed, be it by
// the end of the process.
func lockFile(path string) (io.Closer, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be locked: %w", err)
	}
	const unshared = 0
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, unshared, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("the run folder cannot be locked: %w", err)
	}
	return os.NewFile(uintptr(h), path), nil
}

// syncDir does nothing: Windows keeps renames without it.
func syncDir(string) error { return nil }
