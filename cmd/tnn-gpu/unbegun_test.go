package main

import (
	"os"
	"path/filepath"
	"slices"
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

// fullFrom is a disk that is full from one of the accesses on that need room. What has been
// written can be removed, and closed.
func fullFrom(number int) *filestest.Faulty {
	n := -1
	return &filestest.Faulty{System: filestest.Quick{}, Before: func(op, _ string) error {
		if !slices.Contains([]string{"mkdir", "create", "write"}, op) {
			return nil
		}
		if n++; n >= number {
			return syscall.ENOSPC
		}
		return nil
	}}
}

// TestNearlyFullDisk has the disk full at each write until a command has begun: exit code 2,
// and nothing is there that was not. From then on it is 1, and resume goes on.
func TestNearlyFullDisk(t *testing.T) {
	network := []string{"--preset", "isolated4", "--set", "graph.sides=[10, 10]", "--backend", "cpu", "--steps", "5"}
	made := filestest.TempDir(t)
	inside(t, filestest.Quick{}, append([]string{"run", "--no-overview", "--out", filepath.Join(made, "r")}, network...)...).want(t, codeDone)
	if err := os.Mkdir(filepath.Join(made, "runs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args   string
		folder string // in which it begins
		writes int    // that come before
	}{
		{"run --no-overview --out rr", "rr", 5},
		{"run --no-overview", "runs/isolated4-1", 4},
		{"run --no-overview --from r --steps +5 --out rr", "rr", 7},
		{"resume r --steps +5", "r", 2},
		{"resume r --restart", "r", 5},
		{"scan --over group[0].inverse_temperature=1,2 --out rr", "rr", 10},
		{"scan --over group[0].inverse_temperature=1,2", "runs/isolated4-1", 9},
	} {
		args := strings.Fields(test.args)
		if args[0] != "resume" && !slices.Contains(args, "--from") {
			args = append(args, network...)
		}
		dir := filestest.TempDir(t)
		copyTree(t, made, dir)
		t.Chdir(dir)
		before, refused := tree(t, dir), 0
		for ; ; refused++ {
			r := inside(t, fullFrom(refused), args...)
			if r.code != codeUsage {
				r.want(t, codeFailed, "no space left on device")
				break
			}
			r.want(t, codeUsage, "no space left on device")
			sameTree(t, before, dir)
		}
		if refused < test.writes {
			t.Errorf("%s: it began after %d writes", test.args, refused)
		}
		inside(t, filestest.Quick{}, "resume", test.folder, "--backend", "cpu").want(t, codeDone)
	}
}

// TestFileInPlaceOfAFolder: what is not a folder is named, and told of as what it is.
func TestFileInPlaceOfAFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", "l"); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run --steps 1 --backend cpu --out a", "run --steps 1 --backend cpu --out a/b/c", "scan --steps 1 --over edge.inverse_temperature=1,2 --out a",
		"resume a", "check a", "plot a", "stats a", "inspect a", "export a", "scan status a"} {
		inside(t, files.OS{}, strings.Fields(command)...).want(t, codeUsage, "a is a file, not a folder\n")
	}
	if err := os.WriteFile("runs", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inside(t, files.OS{}, "run", "--steps", "1", "--backend", "cpu").want(t, codeUsage, "no folder for the run can be made: runs is a file, not a folder; name one with --out")
	inside(t, files.OS{}, "run", "--steps", "1", "--backend", "cpu", "--out", "l").want(t, codeUsage, "l is a link, not a folder\n")
}
