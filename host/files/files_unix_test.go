//go:build unix

package files_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/files"
)

func open(t *testing.T, path string) files.Dir {
	t.Helper()
	d, err := files.OS{}.OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestLargeFilesAreWhole: a file of which the disk has begun to write has what was written,
// in writes of any size.
func TestLargeFilesAreWhole(t *testing.T) {
	path := t.TempDir()
	want := make([]byte, 20<<20+17)
	for i := range want {
		want[i] = byte(i * i >> 7)
	}
	for _, each := range []int{1000, 1 << 20, len(want)} {
		err := files.Replace(open(t, path), "large", func(w io.Writer) error {
			for part := range slices.Chunk(want, each) {
				if _, err := w.Write(part); err != nil {
					return err
				}
			}
			return nil
		})
		got, readError := os.ReadFile(filepath.Join(path, "large"))
		if err != nil || readError != nil || !bytes.Equal(got, want) {
			t.Errorf("in writes of %d bytes: %d bytes, %v, %v", each, len(got), err, readError)
		}
	}
}

// TestOnlyRegularFiles: what is none is refused at once, opened and replaced.
func TestOnlyRegularFiles(t *testing.T) {
	path := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(
		syscall.Mkfifo(filepath.Join(path, "pipe"), 0o644), os.Mkdir(filepath.Join(path, "folder"), 0o755), os.WriteFile(outside, []byte("x"), 0o644),
		os.WriteFile(filepath.Join(path, "file"), []byte("text"), 0o644), os.Symlink("file", filepath.Join(path, "link")),
		os.Symlink(outside, filepath.Join(path, "out")), os.Symlink("/dev/zero", filepath.Join(path, "zero")), os.Symlink("pipe", filepath.Join(path, "toPipe")),
	); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	late := time.AfterFunc(10*time.Minute, func() { panic("a named pipe holds the test up") })
	defer late.Stop()
	for _, name := range []string{"pipe", "folder", "out", "zero", "toPipe", "../" + filepath.Base(path) + "/file"} {
		for kind, try := range map[string]func(string) (files.File, error){"open": d.Open, "edit": d.Edit} {
			if f, err := try(name); err == nil {
				f.Close()
				t.Errorf("%s: %s works", name, kind)
			}
		}
	}
	for _, name := range []string{"pipe", "folder", "out", "zero", "toPipe", "link"} {
		before, err := d.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := files.Replace(d, name, func(io.Writer) error { return nil }); !errors.Is(err, files.ErrNotRegular) {
			t.Errorf("%s is replaced: %v", name, err)
		}
		if after, err := d.Lstat(name); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s is another: %v", name, err)
		}
		if _, err := d.Create(name); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s is made: %v", name, err)
		}
	}
	for _, name := range []string{"file", "link"} {
		if text, err := files.ReadFile(d, name, 4); err != nil || string(text) != "text" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if _, err := files.ReadFile(d, name, 3); err == nil {
			t.Errorf("%s is longer than what may be read", name)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "x" {
		t.Errorf("the file outside is %q, %v", text, err)
	}
}

// TestReplaceLeavesTheOldFile where the new one cannot be written, and nothing else.
func TestReplaceLeavesTheOldFile(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	write := func(text string, err error) error {
		return files.Replace(d, "file", func(w io.Writer) error { _, _ = io.WriteString(w, text); return err })
	}
	if err := write("old", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("new", syscall.ENOSPC); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	entries, err := d.ReadDir(".")
	if text, readError := files.ReadFile(d, "file", 10); err != nil || readError != nil || string(text) != "old" || len(entries) != 1 {
		t.Errorf("the file is %q of %v, %v, %v", text, entries, err, readError)
	}
}

// TestLockIsOnTheFolder: it holds when the folder has moved, and when the lock file is
// removed; and a new folder of the old name has its own.
func TestLockIsOnTheFolder(t *testing.T) {
	path, moved := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	if made, err := (files.OS{}).MakeDir(path); err != nil || !made {
		t.Fatal(err)
	}
	held, err := open(t, path).Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join((files.OS{}).Move(path, moved), os.Remove(filepath.Join(moved, files.LockName))); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, moved).Lock(); !errors.Is(err, files.ErrLocked) {
		t.Errorf("it is locked twice: %v", err)
	}
	if made, err := (files.OS{}).MakeDir(path); err != nil || !made {
		t.Fatal(err)
	}
	other, err := open(t, path).Lock()
	if err != nil {
		t.Fatalf("another folder of that name: %v", err)
	}
	if err := errors.Join(other.Close(), held.Close()); err != nil {
		t.Fatal(err)
	}
	if err := (files.OS{}).Move(path, moved); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder is moved onto another one: %v", err)
	}
	again, err := open(t, moved).Lock()
	if err != nil {
		t.Fatalf("after it was given back: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}
