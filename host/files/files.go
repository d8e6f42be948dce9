// Package files is how the program reads and writes the folders of its runs. A
// folder is held by its handle, so that it may be moved while a run goes on; only
// regular files are opened, so that a named pipe or a device in a folder of others
// holds nothing up; and what a file system cannot do is said once and not fatal.
//
// All access goes through System, Dir and File, in whose place tests put ones that
// fail.
package files

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// System makes and opens folders.
type System interface {
	// MakeDir makes a folder, and those that it is in, where it is not there. It tells
	// whether it was not.
	MakeDir(path string) (made bool, err error)
	// RemoveDir removes a folder that is empty.
	RemoveDir(path string) error
	// OpenDir holds a folder that exists.
	OpenDir(path string) (Dir, error)
	// Move gives a folder a name that nothing has, in the same folder.
	Move(path, to string) error
}

// Dir is a folder that is held. Names are relative to it, with slashes, and lead to
// nothing outside of it.
type Dir interface {
	// Open opens a regular file for reading.
	Open(name string) (File, error)
	// Edit opens a regular file that exists for reading and writing.
	Edit(name string) (File, error)
	// Create makes a file that does not exist, to be written.
	Create(name string) (File, error)
	// Lstat does not follow a link.
	Lstat(name string) (fs.FileInfo, error)
	// ReadDir lists a folder by name.
	ReadDir(name string) ([]fs.DirEntry, error)
	Mkdir(name string) error
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes what was made, renamed and removed in a folder last.
	SyncDir(name string) error
	// Lock keeps other processes out until it is closed, or the process ends. The
	// error wraps ErrLocked where another one was faster.
	Lock() (io.Closer, error)
	Close() error
}

// File is a regular file.
type File interface {
	io.Reader
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
}

var (
	// ErrLocked is wrapped by Lock.
	ErrLocked = errors.New("another process is working on this run")
	// ErrNotRegular is wrapped where a file must be a regular one and is not.
	ErrNotRegular = errors.New("it is no regular file")
)

// LockName is the file that a lock is on where one on the folder does not reach
// other machines.
const LockName = "lock"

// Permissions of what is made, before the umask.
const (
	FilePermissions   fs.FileMode = 0o644
	FolderPermissions fs.FileMode = 0o755
)

// temporary is the suffix of what is not whole yet.
const temporary = ".tmp"

// Temporary is the name under which Replace writes a file before it is whole.
func Temporary(name string) string { return name + temporary }

// ReadFile reads a file of at most some bytes.
func ReadFile(d Dir, name string, most int64) ([]byte, error) {
	f, err := d.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("%s has more than the %d bytes that are read of it", name, most)
	}
	return text, nil
}

// Replace writes a file as a whole: under another name first, then in place. What
// is there under its name must be a regular file.
func Replace(d Dir, name string, write func(io.Writer) error) error {
	if err := MayReplace(d, name); err != nil {
		return err
	}
	err := writeNew(d, Temporary(name), write)
	if err == nil {
		err = d.Rename(Temporary(name), name)
	}
	if err == nil {
		return d.SyncDir(path.Dir(name))
	}
	if !errors.Is(err, ErrNotRegular) {
		// The temporary file is of no use, and on a full disk it is in the way.
		_ = d.Remove(Temporary(name))
	}
	return Called(err, Temporary(name), name)
}

// Begin makes a file that is going to grow, with its first bytes in it, in place of one
// of its name: whoever looks finds the old file, or one that begins as it should. It is
// open for writing. What it holds is not made last.
func Begin(d Dir, name string, head []byte) (File, error) {
	if err := MayReplace(d, name); err != nil {
		return nil, err
	}
	f, err := createNew(d, Temporary(name))
	if err != nil {
		return nil, Called(err, Temporary(name), name)
	}
	_, err = f.WriteAt(head, 0)
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.Rename(Temporary(name), name)
	}
	if err == nil {
		return d.Edit(name)
	}
	_ = d.Remove(Temporary(name)) // as in Replace
	return nil, Called(err, Temporary(name), name)
}

// MayReplace tells whether a name is free, or that of a regular file; else its error
// wraps ErrNotRegular.
func MayReplace(d Dir, name string) error {
	info, err := d.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return regular(info, name)
}

func regular(info fs.FileInfo, name string) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("%s is %s: %w", name, kind(info.Mode()), ErrNotRegular)
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return "a file"
	case m.IsDir():
		return "a folder"
	case m&fs.ModeSymlink != 0:
		return "a link"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// earlyBytes are written before the disk is told to begin with them. Sync then waits for
// the last of them alone.
const earlyBytes = 8 << 20

// flusher is a File that can begin to write to the disk.
type flusher interface {
	// begin has the disk begin with some bytes. It does not wait for them.
	begin(offset, length int64)
}

// writing writes a file from its beginning to its end.
type writing struct {
	file       File
	end, begun int64
}

// Write implements io.Writer.
func (w *writing) Write(p []byte) (int, error) {
	n, err := w.file.WriteAt(p, w.end)
	w.end += int64(n)
	if f, ok := w.file.(flusher); ok && w.end-w.begun >= earlyBytes {
		f.begin(w.begun, w.end-w.begun)
		w.begun = w.end
	}
	return n, err
}

// createNew makes a file, in place of what an interruption left of an older one.
func createNew(d Dir, name string) (File, error) {
	f, err := d.Create(name)
	if errors.Is(err, fs.ErrExist) {
		if err := MayReplace(d, name); err != nil {
			return nil, err
		}
		if err := d.Remove(name); err != nil {
			return nil, err
		}
		return d.Create(name)
	}
	return f, err
}

func writeNew(d Dir, name string, write func(io.Writer) error) error {
	f, err := createNew(d, name)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(&writing{file: f}, 1<<18)
	err = write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
