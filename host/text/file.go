package text

import (
	"errors"
	"io/fs"
	"os"
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
