//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// stoppedScan is a scan into out that gets a signal when it is at work.
func stoppedScan(t *testing.T, dir string, signal os.Signal, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	c := command(t, dir, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "task", func() bool {
		held, _ := filepath.Glob(filepath.Join(dir, "out", "tasks", "*.held"))
		return len(held) > 0
	})
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return finish(t, c.Wait(), &out, &errs)
}

// TestStoppedScan is told to stop, says how to go on, holds nothing, and has saved the
// point at work, which takes long.
func TestStoppedScan(t *testing.T) {
	dir := t.TempDir()
	args := []string{"scan", "--preset", "isolated4", "--backend", "cpu", "--steps", "100000000", "--over", "edge.bound=1,2", "--out", "out"}
	stoppedScan(t, dir, os.Interrupt, args...).want(t, codeInterrupted, "go on with: tnn-gpu resume out")
	stoppedScan(t, dir, syscall.SIGUSR1, args...).want(t, codeTimeIsUp, "time is up with 0 of 2 points done")
	if held, _ := filepath.Glob(filepath.Join(dir, "out", "tasks", "*.*")); len(held) > 0 {
		t.Errorf("%v is left over", held)
	}
	tnnGPU(t, dir, "scan", "status", "out").want(t, codeDone, "saved    1", "open     1")
}
