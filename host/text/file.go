package text

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// errNotRegular is of what only looks like a file.
var errNotRegular = errors.New("it is no regular file: give the name of one")

// OpenFile opens a regular file. A folder, a device and a pipe are errors: their
// contents are not the same the next time they are read, and may have no end.
func OpenFile(path string) (*os.File, error) {
	info, err := os.Stat(path) // before it is opened, as opening a pipe waits for a writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return os.Open(path)
}

// ReadAtMost reads a file, or what another program writes into a pipe, up to one byte more
// than most, which tells that there is more. A named pipe that nobody writes to has an end
// at once, and is not waited for.
func ReadAtMost(path string, most int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}
