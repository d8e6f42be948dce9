package record

import (
	"errors"
	"os"
	"sync"
	"syscall"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
)

// fullDisk has room for some bytes.
type fullDisk struct {
	filestest.Quick
	mu   sync.Mutex
	room int64
}

type fullDir struct {
	files.Dir
	disk *fullDisk
}

type fullFile struct {
	files.File
	disk *fullDisk
}

func (d *fullDisk) OpenDir(path string) (files.Dir, error) {
	dir, err := d.Quick.OpenDir(path)
	return &fullDir{dir, d}, err
}

func (d *fullDir) Edit(name string) (files.File, error) {
	f, err := d.Dir.Edit(name)
	return &fullFile{f, d.disk}, err
}

func (d *fullDir) Create(name string) (files.File, error) {
	f, err := d.Dir.Create(name)
	return &fullFile{f, d.disk}, err
}

// WriteAt writes what there is room for, as a file system does.
func (f *fullFile) WriteAt(p []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	fits := min(int64(len(p)), f.disk.room)
	f.disk.room -= fits
	n, err := f.File.WriteAt(p[:fits], at)
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

// dyingDisk is that of a machine that loses its power after some operations:
// nothing works from then on, and what was not synced is gone.
type dyingDisk struct {
	filestest.Quick
	mu    sync.Mutex
	left  int
	files []*dyingFile
}

type dyingDir struct {
	files.Dir
	disk *dyingDisk
}

type dyingFile struct {
	files.File
	disk *dyingDisk
	*extent
}

// extent is of a file, whatever its name and however often it is open.
type extent struct{ size, synced int64 }

var errDead = errors.New("the power is off")

// do performs an operation while there is power.
func (d *dyingDisk) do(operation func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		return errDead
	}
	if d.left--; d.left == 0 {
		return errors.Join(errDead, d.die())
	}
	return operation()
}

func (d *dyingDisk) die() error {
	var err error
	for _, f := range d.files {
		if f.size > f.synced {
			err = errors.Join(err, f.File.Truncate(f.synced))
		}
	}
	return err
}

func (d *dyingDisk) OpenDir(path string) (files.Dir, error) {
	var dir files.Dir
	err := d.do(func() (err error) {
		dir, err = d.Quick.OpenDir(path)
		return err
	})
	return &dyingDir{dir, d}, err
}

func (d *dyingDir) Rename(from, to string) error {
	return d.disk.do(func() error { return d.Dir.Rename(from, to) })
}

func (d *dyingDir) Remove(name string) error {
	return d.disk.do(func() error { return d.Dir.Remove(name) })
}

func (d *dyingDir) SyncDir(name string) error {
	return d.disk.do(func() error { return d.Dir.SyncDir(name) })
}

func (d *dyingDir) Edit(name string) (files.File, error)   { return d.open(name, d.Dir.Edit) }
func (d *dyingDir) Create(name string) (files.File, error) { return d.open(name, d.Dir.Create) }

func (d *dyingDir) open(name string, open func(string) (files.File, error)) (files.File, error) {
	out := &dyingFile{disk: d.disk}
	err := d.disk.do(func() error {
		f, err := open(name)
		if err != nil {
			return err
		}
		out.File = f
		if out.extent, err = d.disk.extentOf(f); err == nil {
			d.disk.files = append(d.disk.files, out)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// extentOf is that of a file: the same as before where it was open before.
func (d *dyingDisk) extentOf(f files.File) (*extent, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	for _, before := range d.files {
		if was, err := before.File.Stat(); err == nil && os.SameFile(info, was) {
			return before.extent, nil
		}
	}
	return &extent{info.Size(), info.Size()}, nil
}

func (f *dyingFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.disk.do(func() error {
		n, err = f.File.WriteAt(p, at)
		f.size = max(f.size, at+int64(n))
		return err
	})
	return n, err
}

func (f *dyingFile) Truncate(size int64) error {
	return f.disk.do(func() error {
		f.size, f.synced = size, min(size, f.synced)
		return f.File.Truncate(size)
	})
}

func (f *dyingFile) Sync() error {
	return f.disk.do(func() error {
		f.synced = f.size
		return f.File.Sync()
	})
}

// Close always gives the descriptor back, as the end of a process does. What was
// not synced can still be lost.
func (f *dyingFile) Close() error {
	return f.disk.do(func() error { return nil })
}

func (d *dyingDisk) closeAll() {
	for _, f := range d.files {
		f.File.Close()
	}
}
