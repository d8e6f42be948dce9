package experiment

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// dir is a folder that is held by its handle. Names are relative to it, with
// slashes, and lead to nothing outside of it.
type dir struct{ root *os.Root }

func openDir(path string) (dir, error) {
	root, err := os.OpenRoot(path)
	return dir{root}, err
}

func (d dir) close() error { return d.root.Close() }

// create makes a file that does not exist.
func (d dir) create(name string, text []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// touch writes the beginning of a file that exists anew.
func (d dir) touch(name string, text []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// read reads a regular file of at most some bytes.
func (d dir) read(name string, most int64) ([]byte, error) {
	info, err := d.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s has more than the %d bytes that are read of it", name, most)
	}
	return text, err
}

// write writes a new file and makes it last.
func (d dir) write(name string, write func(io.Writer) error) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(f, 1<<16)
	err = write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// rename makes a new name last.
func (d dir) rename(from, to string) error {
	if err := d.root.Rename(from, to); err != nil {
		return err
	}
	f, err := d.root.Open(path.Dir(to))
	if err != nil {
		return err
	}
	// Not every file system can do this, and then nothing more can be done.
	_ = f.Sync()
	return f.Close()
}

func (d dir) lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }
func (d dir) mkdir(name string) error                { return d.root.Mkdir(name, 0o755) }
func (d dir) remove(name string) error               { return d.root.Remove(name) }

// list lists a folder.
func (d dir) list(name string) ([]fs.DirEntry, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	entries, err := f.ReadDir(-1)
	return entries, errors.Join(err, f.Close())
}
