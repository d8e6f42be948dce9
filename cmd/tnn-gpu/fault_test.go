package main

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sameRecordings compares two run folders, recordings and all.
func sameRecordings(t *testing.T, a, b string) {
	t.Helper()
	sameResults(t, a, b)
	for _, name := range []string{"probes.csv", "recordings/state.npy"} {
		if !bytes.Equal(read(t, a, name), read(t, b, name)) {
			t.Errorf("%s differs", name)
		}
	}
}

// recording is a run with every kind of file that grows, and a checkpoint at
// every 40 steps.
func recording(more ...string) []string {
	return lastOnly(append(endless("--backend", "cpu", "--checkpoint", "40", "--record", "state", "--every", "7", "--watch", "weight[0-1],energy[3]",
		"--watch-every", "3", "--no-overview"), more...))
}

// TestKilledAtRandomMoments kills a run fifty times, takes it up again each time,
// and compares with one that nobody killed.
func TestKilledAtRandomMoments(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	moments := rand.New(rand.NewPCG(3, 14))
	began := time.Now()
	tnnGPU(t, dir, recording("--steps", "40", "--out", "first")...).want(t, codeDone)
	longest := 50*time.Millisecond + 3*time.Since(began) // as slow as the machine is
	beginnings, reached := 0, 0
	for range 50 {
		args := []string{"resume", "out", "--checkpoint", "40"}
		if _, err := os.Stat(filepath.Join(out, "config.toml")); err != nil {
			// The first moments of all: there is nothing yet that could be lost.
			args = recording()
			beginnings++
		}
		last := lastRow(t, out)
		says := killAfter(t, dir, time.Duration(moments.Int64N(int64(longest))), args...)
		if at := regexp.MustCompile(`resumed +after step (\d+)`).FindStringSubmatch(says); at != nil {
			// A row is written after the checkpoints of all steps before it.
			if step, _ := strconv.Atoi(at[1]); step < (last-1)/40*40 || step%40 != 0 {
				t.Errorf("resumed after step %d, though steps.csv had %d rows", step, last)
			} else {
				reached = step
			}
		}
	}
	if reached == 0 || beginnings > 25 {
		t.Fatalf("the run has reached step %d and has begun %d times: it was never killed on its way", reached, beginnings)
	}
	end := strconv.Itoa(lastCheckpoint(t, out) + 500)
	tnnGPU(t, dir, "resume", "out", "--steps", end).want(t, codeDone, "resumed     after step ")
	tnnGPU(t, dir, recording("--steps", end, "--out", "whole", "--checkpoint", "1h")...).want(t, codeDone)
	sameRecordings(t, filepath.Join(dir, "whole"), out)
	t.Logf("killed fifty times on the way to step %d", reached)
}

// lastCheckpoint is the step of a run's newest checkpoint, broken or not: the last
// kill may have come long after the step that it went on from.
func lastCheckpoint(t *testing.T, run string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(run, "checkpoint-*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no checkpoint: %v", err)
	}
	last := 0
	for _, file := range files {
		step, err := strconv.Atoi(regexp.MustCompile(`checkpoint-(\d+)`).FindStringSubmatch(filepath.Base(file))[1])
		if err != nil {
			t.Fatal(err)
		}
		last = max(last, step)
	}
	return last
}

// lastRow is the number of whole rows of a run's table.
func lastRow(t *testing.T, run string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(run, "steps.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return max(0, bytes.Count(text, []byte("\n"))-1)
}

// killAfter kills the program after some time, and returns what it has said.
func killAfter(t *testing.T, dir string, after time.Duration, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	c := command(t, dir, args...)
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != -1 {
		t.Fatalf("it was not killed, but ended with %v:\n%s", err, &out)
	}
	return out.String()
}

// TestKilledBetweenLastCheckpointAndEnd: what is left to be written then is
// written when the run is resumed.
func TestKilledBetweenLastCheckpointAndEnd(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--out", "whole")...).want(t, codeDone)
	tnnGPU(t, dir, small()...).want(t, codeDone)
	if err := os.Remove(filepath.Join(dir, "out/final.npz")); err != nil {
		t.Fatal(err)
	}
	meta := bytes.Replace(read(t, dir, "out/run.json"), []byte(`"status": "finished"`), []byte(`"status": "running"`), 1)
	if err := os.WriteFile(filepath.Join(dir, "out/run.json"), meta, 0o600); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "resumed     after step 20", "no steps in ")
	sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "The run has made all of its 20 steps")
}

// TestEndIsWrittenAgain: the row and the epoch that a run has only because it ends, of
// models that have such a row, are there again where what the end leaves is not whole.
func TestEndIsWrittenAgain(t *testing.T) {
	for preset, more := range map[string][]string{"codes-policy": {"--steps", "1111"}, "perceptron-hebb": {"--steps", "2111", "--set", "perceptron.n=100"}} {
		dir := t.TempDir()
		tnnGPU(t, dir, append([]string{"run", "--preset", preset, "--backend", "cpu", "--no-overview", "--out", "r"}, more...)...).want(t, codeDone)
		tables := []string{"steps.csv", "epochs.csv"}
		var whole [2]string
		for i, name := range tables {
			whole[i] = string(read(t, dir, "r", name))
		}
		if err := os.Remove(filepath.Join(dir, "r", "final.npz")); err != nil {
			t.Fatal(err)
		}
		tnnGPU(t, dir, "resume", "r").want(t, codeDone, "no steps in ")
		for i, name := range tables {
			if d := cmp.Diff(whole[i], string(read(t, dir, "r", name))); d != "" {
				t.Errorf("%s: %s (-whole +resumed):\n%s", preset, name, d)
			}
		}
		tnnGPU(t, dir, "check", "r").want(t, codeDone)
	}
}

// TestTerminatedInTime: Slurm sends SIGTERM, and kills some time later, 30 seconds by
// default, what is still there. A machine that is busy has more time here.
func TestTerminatedInTime(t *testing.T) {
	dir := t.TempDir()
	terminate := begin(t, dir, endless("--backend", "cpu", "--set", "graph.sides=[300, 300]")...)
	late := time.AfterFunc(10*time.Minute, func() { t.Error("it is still there") })
	terminate(syscall.SIGTERM).want(t, codeInterrupted, "go on with: tnn-gpu resume out")
	late.Stop()
	tnnGPU(t, dir, "resume", "out", "--steps", "+1").want(t, codeDone)
}

func TestRunFolderIsRemoved(t *testing.T) {
	dir := t.TempDir()
	wait := begin(t, dir, recording()...)
	// What the run writes meanwhile makes a first try fail: the folder is not empty then.
	for os.RemoveAll(filepath.Join(dir, "out")) != nil {
	}
	wait().want(t, codeFailed, "cannot be written: ", "there is no folder out")
}
