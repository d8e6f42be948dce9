//go:build unix

package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestScanUnderFire has four processes work on one folder, on runs that are saved and
// points that are not, and kills one of them now and then, by SIGKILL, SIGTERM or
// SIGUSR1, at any moment. In the end the tables are those of one process. With
// TNN_SOAK=1 it does so many more times.
func TestScanUnderFire(t *testing.T) {
	kills := 8
	if os.Getenv("TNN_SOAK") != "" {
		kills = 200
	}
	draw := rand.New(rand.NewPCG(1, uint64(kills)))
	dir := t.TempDir()
	args := []string{"scan", "--preset", "perceptron-hebb", "--backend", "cpu", "--steps", "1700", "--trials", "2", "--over", "perceptron.nut=1,2,3", "--over", "perceptron.n=500,9000"}
	tnnGPU(t, dir, append(args, "--out", "whole")...).want(t, codeDone)
	tnnGPU(t, dir, append(args, "--out", "shared", "--prepare")...).want(t, codeDone)

	type worker struct {
		process *exec.Cmd
		errs    *bytes.Buffer
		ended   chan error
	}
	begin := func() worker {
		w := worker{process: command(t, dir, append(args, "--out", "shared", "--threads", "1")...), errs: &bytes.Buffer{}, ended: make(chan error, 1)}
		w.process.Stderr = w.errs
		if err := w.process.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { w.ended <- w.process.Wait() }()
		return w
	}
	workers := make([]worker, 4)
	for i := range workers {
		workers[i] = begin()
	}
	signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGUSR1}
	for range kills {
		time.Sleep(time.Duration(draw.IntN(400)) * time.Millisecond)
		w := &workers[draw.IntN(len(workers))]
		_ = w.process.Process.Signal(signals[draw.IntN(len(signals))]) // it may have ended
		<-w.ended
		if code := w.process.ProcessState.ExitCode(); code == codeFailed || code == codeUsage || code == codeDevice {
			t.Fatalf("a process ended with %d: %s", code, w.errs)
		}
		if done, _ := filepath.Glob(filepath.Join(dir, "shared", "tasks", "*.csv")); len(done) == 6 && draw.IntN(2) == 0 {
			// All again, so that there is something to kill.
			for _, name := range done {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		*w = begin()
	}
	for _, w := range workers {
		<-w.ended
	}
	tnnGPU(t, dir, append(args, "--out", "shared")...).want(t, codeDone)
	if scanTables(t, dir, "whole") != scanTables(t, dir, "shared") {
		t.Error("the tables are others")
	}
	left, _ := filepath.Glob(filepath.Join(dir, "shared", "tasks", "*"))
	for _, name := range left {
		if filepath.Ext(name) == ".failed" || filepath.Ext(name) == ".held" {
			t.Errorf("%s is left over: %s", name, read(t, name))
		}
	}
}
