package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
)

// killedAt is a disk on which nothing works from the moment on that a file is to be in place.
func killedAt(name string) *filestest.Faulty {
	reached := false
	return &filestest.Faulty{System: files.OS{}, Before: func(_, file string) error {
		if reached = reached || file == name; reached {
			return syscall.EIO
		}
		return nil
	}}
}

// TestScanKilledBeforeTheBeginning: a scan's folder without run.json is left as it was by
// all but the scan itself, which begins it.
func TestScanKilledBeforeTheBeginning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	args := []string{"scan", "--preset", "isolated4", "--backend", "cpu", "--over", "group[0].inverse_temperature=1,2", "--steps", "3", "--trials", "2", "--out", path}
	inside(t, killedAt("run.json"), args...).want(t, codeUsage)
	before := tree(t, path)
	if before["config.toml"] == "" {
		t.Fatalf("it was not killed between its files: %v", before)
	}
	for _, other := range []string{"resume", "scan status", "scan merge", "plot"} {
		inside(t, files.OS{}, append(strings.Fields(other), path)...).want(t, codeUsage, "the same `tnn-gpu scan` begins it")
		sameTree(t, before, path)
	}
	if err := os.WriteFile(filepath.Join(path, files.LockName), nil, 0o600); err != nil { // of earlier versions
		t.Fatal(err)
	}
	inside(t, files.OS{}, args...).want(t, codeDone)
	inside(t, files.OS{}, "resume", path).want(t, codeDone)
}

// TestRefusedResumeLeavesNoLock: what is no run, though it has a configuration, gets nothing.
func TestRefusedResumeLeavesNoLock(t *testing.T) {
	path := t.TempDir()
	for _, text := range []string{"nonsense", "base = 'x'\n", "preset = 'isolated4'\n"} {
		if err := os.WriteFile(filepath.Join(path, "config.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		before := tree(t, path)
		inside(t, files.OS{}, "resume", path, "--steps", "x").want(t, codeUsage)
		sameTree(t, before, path)
	}
}
