// Package filestest has file systems that fail, for tests of what uses files.
package filestest

import (
	"io"
	"io/fs"
	"sync"

	"tnn-gpu/host/files"
)

// Faulty is a file system of which a test decides, before each access, whether it
// fails.
type Faulty struct {
	files.System
	// Before is told the operation and the name of the file in its folder. Its
	// error is that of the access, which is then not made; of a write the first half
	// is, as on a disk that is full. It is not called twice at a time.
	Before func(op, name string) error

	mu     sync.Mutex
	failed bool
}

// At is a file system in which the access of a number fails, counted from 0.
func At(number int, err error) *Faulty {
	n := -1
	return &Faulty{System: files.OS{}, Before: func(string, string) error {
		if n++; n == number {
			return err
		}
		return nil
	}}
}

// Failed tells whether any access has.
func (s *Faulty) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *Faulty) before(op, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.Before(op, name)
	s.failed = s.failed || err != nil
	return err
}

// MakeDir implements files.System.
func (s *Faulty) MakeDir(path string) (bool, error) {
	if err := s.before("mkdir", "."); err != nil {
		return false, &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return s.System.MakeDir(path)
}

// RemoveDir implements files.System.
func (s *Faulty) RemoveDir(path string) error {
	if err := s.before("remove", "."); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return s.System.RemoveDir(path)
}

// Move implements files.System.
func (s *Faulty) Move(path, to string) error {
	if err := s.before("rename", "."); err != nil {
		return &fs.PathError{Op: "rename", Path: path, Err: err}
	}
	return s.System.Move(path, to)
}

// OpenDir implements files.System.
func (s *Faulty) OpenDir(path string) (files.Dir, error) {
	if err := s.before("open", "."); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	d, err := s.System.OpenDir(path)
	return &dir{d, s}, err
}

type dir struct {
	files.Dir
	s *Faulty
}

func (d *dir) fail(op, name string) error {
	if err := d.s.before(op, name); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

func (d *dir) open(op, name string, open func(string) (files.File, error)) (files.File, error) {
	if err := d.fail(op, name); err != nil {
		return nil, err
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return &file{f, d, name}, nil
}

func (d *dir) Open(name string) (files.File, error)   { return d.open("open", name, d.Dir.Open) }
func (d *dir) Edit(name string) (files.File, error)   { return d.open("edit", name, d.Dir.Edit) }
func (d *dir) Create(name string) (files.File, error) { return d.open("create", name, d.Dir.Create) }

func (d *dir) Lstat(name string) (fs.FileInfo, error) {
	if err := d.fail("lstat", name); err != nil {
		return nil, err
	}
	return d.Dir.Lstat(name)
}

func (d *dir) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := d.fail("readdir", name); err != nil {
		return nil, err
	}
	return d.Dir.ReadDir(name)
}

func (d *dir) do(op, name string, do func() error) error {
	if err := d.fail(op, name); err != nil {
		return err
	}
	return do()
}

func (d *dir) Mkdir(name string) error {
	return d.do("mkdir", name, func() error { return d.Dir.Mkdir(name) })
}

func (d *dir) Rename(from, to string) error {
	return d.do("rename", to, func() error { return d.Dir.Rename(from, to) })
}

func (d *dir) Remove(name string) error {
	return d.do("remove", name, func() error { return d.Dir.Remove(name) })
}

func (d *dir) SyncDir(name string) error {
	return d.do("sync", name, func() error { return d.Dir.SyncDir(name) })
}

func (d *dir) Lock() (io.Closer, error) {
	if err := d.fail("lock", "."); err != nil {
		return nil, err
	}
	return d.Dir.Lock()
}

type file struct {
	files.File
	dir  *dir
	name string
}

func (f *file) Read(p []byte) (int, error) {
	if err := f.dir.fail("read", f.name); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if err := f.dir.fail("read", f.name); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, at)
}

// WriteAt writes half of what it is given where it fails, as file systems do: what reads
// such a file later must not take it for a whole one.
func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if err := f.dir.fail("write", f.name); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], at)
		return n, err
	}
	return f.File.WriteAt(p, at)
}

func (f *file) Truncate(size int64) error {
	return f.dir.do("truncate", f.name, func() error { return f.File.Truncate(size) })
}

func (f *file) Sync() error { return f.dir.do("sync", f.name, f.File.Sync) }

func (f *file) Stat() (fs.FileInfo, error) {
	if err := f.dir.fail("stat", f.name); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

// Close closes the file also where it fails: its descriptor is gone then.
func (f *file) Close() error {
	err := f.File.Close()
	if failed := f.dir.fail("close", f.name); failed != nil {
		return failed
	}
	return err
}
