package record

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// quickDisk is the file system without its waiting: what tests write need not
// outlast the machine.
type quickDisk struct{ osDisk }

type quickFile struct{ file }

func (quickFile) Sync() error { return nil }

func (d quickDisk) OpenFile(name string, flag int) (file, error) {
	f, err := d.osDisk.OpenFile(name, flag)
	return quickFile{f}, err
}

func (quickDisk) SyncDir(name string) error {
	_, err := os.Stat(name)
	return err
}

// fullDisk has room for some bytes.
type fullDisk struct {
	quickDisk
	mu   sync.Mutex
	room int64
}

type fullFile struct {
	file
	disk *fullDisk
}

func (d *fullDisk) OpenFile(name string, flag int) (file, error) {
	f, err := d.quickDisk.OpenFile(name, flag)
	return &fullFile{f, d}, err
}

// WriteAt writes what there is room for, as a file system does.
func (f *fullFile) WriteAt(p []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	fits := min(int64(len(p)), f.disk.room)
	f.disk.room -= fits
	n, err := f.file.WriteAt(p[:fits], at)
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

// dyingDisk is that of a machine that loses its power after some operations:
// nothing works from then on, and what was not synced is gone.
type dyingDisk struct {
	quickDisk
	mu    sync.Mutex
	left  int
	files []*dyingFile
}

type dyingFile struct {
	file
	disk         *dyingDisk
	name         string
	size, synced int64
}

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
			err = errors.Join(err, f.file.Truncate(f.synced))
		}
	}
	return err
}

func (d *dyingDisk) Rename(from, to string) error {
	return d.do(func() error { return d.osDisk.Rename(from, to) })
}

func (d *dyingDisk) Remove(name string) error {
	return d.do(func() error { return d.osDisk.Remove(name) })
}

func (d *dyingDisk) SyncDir(name string) error {
	return d.do(func() error { return d.quickDisk.SyncDir(name) })
}

func (d *dyingDisk) OpenFile(name string, flag int) (file, error) {
	out := &dyingFile{disk: d, name: name}
	err := d.do(func() error {
		f, err := d.quickDisk.OpenFile(name, flag)
		if err != nil {
			return err
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		out.file, out.size, out.synced = f, info.Size(), info.Size()
		d.files = append(d.files, out)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (f *dyingFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.disk.do(func() error {
		n, err = f.file.WriteAt(p, at)
		f.size = max(f.size, at+int64(n))
		return err
	})
	return n, err
}

func (f *dyingFile) Truncate(size int64) error {
	return f.disk.do(func() error {
		f.size, f.synced = size, min(size, f.synced)
		return f.file.Truncate(size)
	})
}

func (f *dyingFile) Sync() error {
	return f.disk.do(func() error {
		f.synced = f.size
		return f.file.Sync()
	})
}

// Close always gives the descriptor back, as the end of a process does. What was
// not synced can still be lost.
func (f *dyingFile) Close() error {
	return f.disk.do(func() error { return nil })
}

func (d *dyingDisk) closeAll() {
	for _, f := range d.files {
		f.file.Close()
	}
}
