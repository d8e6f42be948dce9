//go:build unix

package files_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/files"
)

// TestAbandon: of files that are not whole nothing is left, and nothing is put in place any
// more; those that were whole before stay.
func TestAbandon(t *testing.T) {
	dir := t.TempDir()
	var u files.Unfinished
	begin := func(name string) (scratch string, put func() error) {
		scratch, err := u.Begin(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return scratch, func() error { return os.Rename(scratch, filepath.Join(dir, name)) }
	}
	whole, put := begin("whole")
	if err := u.Finish(whole, nil, put); err != nil {
		t.Fatal(err)
	}
	failed, put := begin("failed")
	if err := u.Finish(failed, syscall.ENOSPC, put); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	half, put := begin("half")
	stopped := false
	_ = u.Start(func() (func(), error) { return nil, syscall.ENOENT }) // which is not stopped
	if err := u.Start(func() (func(), error) { return func() { _, err := os.Stat(half); stopped = err == nil }, nil }); err != nil {
		t.Fatal(err)
	}
	if left := u.Abandon(); !slices.Equal(left, []string{filepath.Join(dir, "half")}) || !stopped {
		t.Errorf("%v are left out, stopped before: %v", left, stopped)
	}
	placed := make(chan bool)
	go u.Finish(half, nil, func() error { close(placed); return put() }) // which waits for ever
	select {
	case <-placed:
		t.Error("what was given up is put in place")
	case <-time.After(50 * time.Millisecond):
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || entries[0].Name() != "whole" {
		t.Errorf("there is %v, %v", entries, err)
	}
}

// TestKilledWriters: who writes into a folder removes what a process left there that was killed while
// it wrote, and leaves what another one may still write.
func TestKilledWriters(t *testing.T) {
	dir := t.TempDir()
	left, written := filepath.Join(dir, ".tnn-gpu-fffffffe-1-1-A.tmp"), filepath.Join(dir, ".tnn-gpu-fffffffe-2-1-B.tmp")
	for _, name := range []string{left, written} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	var u files.Unfinished
	if _, err := u.Begin(filepath.Join(dir, "x")); err != nil {
		t.Fatal(err)
	}
	u.Abandon()
	if _, err := os.Stat(left); err == nil {
		t.Errorf("%s is left", left)
	}
	if _, err := os.Stat(written); err != nil {
		t.Error(err)
	}
}

// TestErrorsNameTheFile, in a folder that is held, whichever way it is written.
func TestErrorsNameTheFile(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	write := func(io.Writer) error { return nil }
	for kind, err := range map[string]error{
		"Replace":       files.Replace(d, "a/x.csv", write),
		"ReplaceShared": files.ReplaceShared(d, "a/x.csv", write),
		"Begin":         func() error { _, err := files.Begin(d, "a/x.csv", nil); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "there is no folder "+filepath.Join(path, "a")) || strings.Contains(err.Error(), ".tmp") || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
