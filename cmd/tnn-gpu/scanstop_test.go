//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tnn-gpu/host/experiment"
	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
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

// TestScanFailsAfterSignal: a disk that is full after a scan was told to stop is a failure,
// and no share that is done.
func TestScanFailsAfterSignal(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, scanned("--out", "out")...).want(t, codeDone)
	out := filepath.Join(dir, "out")
	tasks, err := filepath.Glob(filepath.Join(out, "tasks", "*.csv"))
	if err != nil || len(tasks) == 0 {
		t.Fatalf("the scan has the tasks %v, %v", tasks, err)
	}
	if err := os.Remove(tasks[0]); err != nil {
		t.Fatal(err)
	}
	var says bytes.Buffer
	p := &program{out: &says, errs: &says, began: time.Now()}
	w, full := &watch{program: p}, errors.New("the disk is full")
	p.files = &filestest.Faulty{System: files.OS{}, Before: func(op, name string) error {
		if op != "rename" || !strings.HasPrefix(name, "tasks/") {
			return nil
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.cause = errInterrupted
		return full
	}}
	s, folder, err := p.openScan(out)
	if err != nil {
		t.Fatal(err)
	}
	err = p.carryOutScan(context.Background(), w, s, folder, experiment.All(), p.computer(&computerOptions{}))
	if code := exitCode(err); !errors.Is(err, full) || code != codeFailed {
		t.Errorf("it ends with %v, exit code %d:\n%s", err, code, &says)
	}
}
