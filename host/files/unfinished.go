package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Called has an error speak of a file by its name, where it speaks of the one under which
// it is written before it is whole; or of the folder, where that is missing.
func Called(err error, temporary, name string) error {
	if err == nil {
		return nil
	}
	from, to := filepath.Base(temporary), filepath.Base(name)
	var at *fs.PathError
	if errors.As(err, &at) && errors.Is(at.Err, fs.ErrNotExist) && filepath.Base(at.Path) == from {
		return &reworded{err, "there is no folder " + filepath.Dir(at.Path)}
	}
	return &reworded{err, strings.ReplaceAll(err.Error(), from, to)}
}

// reworded is an error in other words.
type reworded struct {
	error
	words string
}

func (r *reworded) Error() string { return r.words }
func (r *reworded) Unwrap() error { return r.error }

// Unfinished are the files that a program writes and that are not whole yet. The zero value
// has none.
type Unfinished struct {
	mu      sync.Mutex
	names   map[string]string // by scratch name
	stops   []func()
	cleared map[string]bool // folders
}

// Begin makes a scratch file in the folder of a file that is to be.
func (u *Unfinished) Begin(path string) (scratch string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.clear(filepath.Dir(path))
	scratch = filepath.Join(filepath.Dir(path), Scratch("."))
	f, err := os.OpenFile(scratch, os.O_WRONLY|os.O_CREATE|os.O_EXCL, FilePermissions)
	if err != nil {
		return "", Called(err, scratch, path)
	}
	if u.names == nil {
		u.names = make(map[string]string)
	}
	u.names[scratch] = path
	return scratch, f.Close()
}

// clear removes from a folder, once, what processes left there that were killed while they wrote.
// What cannot be removed is in nobody's way.
func (u *Unfinished) clear(folder string) {
	if u.cleared[folder] {
		return
	}
	if u.cleared == nil {
		u.cleared = make(map[string]bool)
	}
	u.cleared[folder] = true
	if d, err := (OS{}).OpenDir(folder); err == nil {
		_ = ClearScratch(d, ".")
		_ = d.Close()
	}
}

// Start starts another process that writes such a file. Abandon stops it before it removes
// the file.
func (u *Unfinished) Start(process func() (stop func(), err error)) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	stop, err := process()
	if err == nil {
		u.stops = append(u.stops, stop)
	}
	return err
}

// Finish puts a file in its place, or removes it where there was an error, or there is one.
func (u *Unfinished) Finish(scratch string, err error, put func() error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	path := u.names[scratch]
	if err == nil {
		err = put()
	}
	if err != nil {
		_ = os.Remove(scratch) // it is of no use
	}
	delete(u.names, scratch)
	return Called(err, scratch, path)
}

// Abandon removes what is not in its place, and lets nothing be put there any more: whoever
// tries waits for the end of the program. It tells which files there are not.
func (u *Unfinished) Abandon() []string {
	u.mu.Lock() // for ever
	for _, stop := range u.stops {
		stop()
	}
	var left []string
	for scratch, path := range u.names {
		_ = os.Remove(scratch)
		left = append(left, path)
	}
	return left
}
