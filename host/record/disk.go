package record

import (
	"io"
	"io/fs"
	"os"
)

// disk is where a run is written. Tests put one in its place that is full, or
// that dies.
type disk interface {
	// OpenFile is os.OpenFile for writing.
	OpenFile(name string, flag int) (file, error)
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes renames in a folder last.
	SyncDir(name string) error
}

type file interface {
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// osDisk is the file system.
type osDisk struct{}

func (osDisk) OpenFile(name string, flag int) (file, error) {
	return os.OpenFile(name, flag, filePermissions)
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) Remove(name string) error     { return os.Remove(name) }
func (osDisk) SyncDir(name string) error    { return syncDir(name) }

const (
	filePermissions   fs.FileMode = 0o644
	folderPermissions fs.FileMode = 0o755
)

// tail is the growing end of a file.
type tail struct {
	file file
	end  int64
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n, err := t.file.WriteAt(p, t.end)
	t.end += int64(n)
	return n, err
}

// Close implements io.Closer, also for a tail that was never opened.
func (t *tail) Close() error {
	if t == nil {
		return nil
	}
	return t.file.Close()
}

// openTail opens a file to go on from a length, which it is cut to; a negative
// one makes a new file.
func openTail(d disk, path string, length int64) (*tail, error) {
	flag := os.O_RDWR | os.O_CREATE | os.O_TRUNC
	if length >= 0 {
		flag = os.O_RDWR
	}
	f, err := d.OpenFile(path, flag)
	if err != nil {
		return nil, err
	}
	if length < 0 {
		return &tail{file: f}, nil
	}
	if err := f.Truncate(length); err != nil {
		f.Close()
		return nil, err
	}
	return &tail{file: f, end: length}, nil
}
