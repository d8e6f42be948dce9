//go:build unix

package files_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/files"
)

// TestClearScratch: files of processes that have ended are removed, and no others.
func TestClearScratch(t *testing.T) {
	const asWriter = "TNN_GPU_TEST_SCRATCH"
	if folder := os.Getenv(asWriter); folder != "" {
		if err := os.WriteFile(files.Scratch(folder+"/x"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestClearScratch$")
	child.Env = append(os.Environ(), asWriter+"="+path)
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(path + "/.tnn-gpu-*")
	if err != nil || len(left) != 1 || !files.IsScratch(filepath.Base(left[0])) {
		t.Fatalf("a process that has ended left %v, %v", left, err)
	}
	old := time.Now().Add(-25 * time.Hour)
	own, there, gone := files.Scratch(path+"/y"), path+"/.tnn-gpu-ffffffff-1-1-A.tmp", path+"/.tnn-gpu-fffffffe-1-1-A.tmp"
	mine := []string{own, there, path + "/.tnn-gpu-a.tmp", path + "/.tnn-gpu-1-1-1-A", path + "/x.tmp"}
	for _, name := range append([]string{gone}, mine...) {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(gone, old, old); err != nil {
		t.Fatal(err)
	}
	if err := files.ClearScratch(open(t, path), "."); err != nil {
		t.Fatal(err)
	}
	if strings.Fields(files.Self())[0] == "unknown" {
		mine = append(mine, left[0]) // it is waited for
	} else if _, err := os.Stat(left[0]); err == nil {
		t.Errorf("%s is left", left[0])
	}
	if _, err := os.Stat(gone); err == nil {
		t.Errorf("%s is left", gone)
	}
	for _, name := range mine {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}
