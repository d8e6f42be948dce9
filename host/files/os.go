package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// OS is the operating system. Warn is told, once for each folder, what its file
// system cannot do; nil where no one wants to know.
type OS struct{ Warn func(string) }

// MakeDir implements System.
func (OS) MakeDir(path string) (made bool, err error) {
	parents := filepath.Dir(filepath.Clean(path))
	if err := os.MkdirAll(parents, FolderPermissions); err != nil {
		return false, inTheWay(parents, err)
	}
	err = os.Mkdir(path, FolderPermissions)
	if errors.Is(err, fs.ErrExist) {
		return false, inTheWay(path, os.MkdirAll(path, FolderPermissions)) // it may be a file
	}
	return err == nil, err
}

// inTheWay names what is not a folder where one is to be, at a path or on the way to it; where
// nothing is, it gives the error.
func inTheWay(path string, err error) error {
	if err == nil {
		return nil
	}
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		info, missing := os.Lstat(at)
		if missing != nil && at != filepath.Dir(at) {
			continue
		}
		if folder, _ := os.Stat(at); missing != nil || folder != nil && folder.IsDir() {
			return err
		}
		return fmt.Errorf("%s is %s, not a folder", at, kind(info.Mode()))
	}
}

// RemoveDir implements System.
func (OS) RemoveDir(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "remove", Path: path, Err: errors.New("it is no folder")}
	}
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// Move implements System.
func (OS) Move(path, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there: %w", to, fs.ErrExist))
	}
	return os.Rename(path, to)
}

// OpenDir implements System.
func (o OS) OpenDir(path string) (Dir, error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() { // opening a named pipe waits
		return nil, fmt.Errorf("%s is %s, not a folder", path, kind(info.Mode()))
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, plain(path, err)
	}
	return &osDir{root: root, path: path, warn: o.Warn}, nil
}

type osDir struct {
	root *os.Root
	path string // as the user calls it, for messages
	warn func(string)

	mu   sync.Mutex
	told []string
}

// tell warns of what the file system cannot do.
func (d *osDir) tell(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.warn == nil || slices.Contains(d.told, what) {
		return
	}
	d.told = append(d.told, what)
	d.warn(fmt.Sprintf("the file system of %s %s", d.path, what))
}

const (
	cannotSync = "does not support fsync: what was saved last can be lost if the machine fails, though not if the program does"
	cannotLock = "has no locks: take care that no second process works on this run"
)

// plain names a file as the user does, and the operation as os does without a root.
func plain(path string, err error) error {
	var link *os.LinkError
	if errors.As(err, &link) {
		return &fs.PathError{Op: "rename", Path: path, Err: link.Err}
	}
	var at *fs.PathError
	if !errors.As(err, &at) {
		return err
	}
	op := at.Op
	if op != "stat" && op != "lstat" {
		op = strings.TrimSuffix(op, "at")
	}
	return &fs.PathError{Op: op, Path: path, Err: at.Err}
}

func (d *osDir) plain(name string, err error) error {
	if err == nil {
		return nil
	}
	return plain(filepath.Join(d.path, filepath.FromSlash(name)), err)
}

// open opens a regular file. It does not wait for the other end of a named pipe.
func (d *osDir) open(name string, flag int) (File, error) {
	f, err := d.root.OpenFile(filepath.FromSlash(name), flag|doNotWait, FilePermissions)
	if err != nil {
		if info, statError := d.Lstat(name); !errors.Is(err, fs.ErrExist) && statError == nil && !info.IsDir() && info.Mode()&fs.ModeSymlink == 0 && !info.Mode().IsRegular() {
			return nil, d.plain(name, regular(info, name)) // such as a pipe that no one reads
		}
		return nil, d.plain(name, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(info, filepath.Join(d.path, filepath.FromSlash(name)))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return osFile{f, d}, nil
}

func (d *osDir) Open(name string) (File, error) { return d.open(name, os.O_RDONLY) }
func (d *osDir) Edit(name string) (File, error) { return d.open(name, os.O_RDWR) }
func (d *osDir) Create(name string) (File, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func (d *osDir) Lstat(name string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(filepath.FromSlash(name))
	return info, d.plain(name, err)
}

func (d *osDir) ReadDir(name string) ([]fs.DirEntry, error) {
	f, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, d.plain(name, err)
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, d.plain(name, err)
}

func (d *osDir) Mkdir(name string) error {
	return d.plain(name, d.root.Mkdir(filepath.FromSlash(name), FolderPermissions))
}

func (d *osDir) Rename(from, to string) error {
	return d.plain(to, d.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to)))
}

func (d *osDir) Remove(name string) error {
	return d.plain(name, d.root.Remove(filepath.FromSlash(name)))
}

func (d *osDir) SyncDir(name string) error {
	f, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return d.plain(name, err)
	}
	err = errors.Join(syncFolder(f), f.Close())
	if err != nil && !isFault(err) {
		d.tell(cannotSync)
		return nil
	}
	return d.plain(name, err)
}

func (d *osDir) Close() error { return d.root.Close() }

// Lock locks the folder itself, which holds wherever it is moved, and the lock file,
// which other machines see.
func (d *osDir) Lock() (io.Closer, error) {
	folder, err := d.root.Open(".")
	if err != nil {
		return nil, d.plain(".", err)
	}
	folderError := lock(folder)
	if errors.Is(folderError, ErrLocked) {
		return nil, errors.Join(folderError, folder.Close())
	}
	file, fileError := d.lockFile()
	if errors.Is(fileError, ErrLocked) {
		return nil, errors.Join(fileError, folder.Close())
	}
	if folderError != nil && fileError != nil {
		d.tell(cannotLock)
	}
	return held{folder, file}, nil
}

// lockFile locks the file that the name leads to: whoever removes it and makes
// another holds nothing.
func (d *osDir) lockFile() (*os.File, error) {
	f, err := d.root.OpenFile(LockName, os.O_RDWR|os.O_CREATE|doNotWait, FilePermissions)
	if err != nil {
		return nil, d.plain(LockName, err)
	}
	if err = lock(f); err == nil {
		var ours, there fs.FileInfo
		if ours, err = f.Stat(); err == nil {
			there, err = d.root.Lstat(LockName)
		}
		if err == nil {
			err = regular(there, LockName)
		}
		if err == nil && !os.SameFile(ours, there) {
			err = ErrLocked
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// held are the files that locks are on; a lock ends when its file is closed.
type held [2]*os.File

func (h held) Close() error {
	var err error
	for _, f := range h {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

type osFile struct {
	*os.File
	dir *osDir
}

// Sync implements File.
func (f osFile) Sync() error {
	err := f.File.Sync()
	if err != nil && cannot(err) {
		f.dir.tell(cannotSync)
		return nil
	}
	return err
}
