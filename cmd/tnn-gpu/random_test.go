package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/files"
	"tnn-gpu/host/files/filestest"
)

// told is run.json without what differs from session to session.
func told(t *testing.T, run string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(read(t, run, "run.json"), &m); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"started", "ended", "wall_seconds", "node_updates", "node_updates_per_second", "sessions"} {
		delete(m, key)
	}
	return m
}

// TestKillsAndFaultsAtRandom kills runs at random moments and fails random accesses to
// their files, for reading as for writing, until they have ended all the same. Tables,
// recordings, the last state, the overview and run.json must be those of a run that
// nothing happened to.
func TestKillsAndFaultsAtRandom(t *testing.T) {
	rounds := 2
	if os.Getenv("TNN_SOAK") == "1" {
		rounds = 100
	}
	dir := t.TempDir()
	args := func(out string) []string {
		return []string{"run", "--preset", "isolated4", "--set", "graph.sides=[20, 20]", "--backend", "cpu", "--steps", "300", "--checkpoint", "40", "--record", "state", "--every", "7",
			"--watch", "weight[0-1]", "--watch-every", "3", "--out", out}
	}
	whole := filepath.Join(dir, "whole", "out") // of the same name, which the overview has
	inside(t, files.OS{}, args(whole)...).want(t, codeDone)
	chance := rand.New(rand.NewPCG(2, 71))
	count := map[int]int{}
	for range rounds {
		out := filepath.Join(t.TempDir(), "out")
		for attempt := 0; ; attempt++ {
			command := args(out)
			if _, err := os.Stat(filepath.Join(out, "config.toml")); err == nil {
				command = []string{"resume", out, "--backend", "cpu", "--checkpoint", "40"}
			} else if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
			code := 0
			switch failure := []error{syscall.EIO, syscall.ENOSPC}[chance.IntN(2)]; {
			case attempt > 12:
				code = inside(t, files.OS{}, command...).want(t, codeDone).code
			case chance.IntN(3) == 0:
				code = killed(t, dir, time.Duration(chance.IntN(150))*time.Millisecond, command...)
			default:
				code = inside(t, filestest.At(chance.IntN(400), failure), command...).code
			}
			count[code]++
			if code == codeDone {
				break
			}
		}
		// A fault in drawing the overview does not fail a run; resume draws it then.
		inside(t, files.OS{}, "resume", out, "--backend", "cpu").want(t, codeDone, "has made all of its 300 steps")
		for _, name := range []string{"steps.csv", "epochs.csv", "histograms.csv", "probes.csv", "recordings/state.npy", "final.npz", "overview.png"} {
			if !bytes.Equal(read(t, whole, name), read(t, out, name)) {
				t.Errorf("%s differs", name)
			}
		}
		if d := cmp.Diff(told(t, whole), told(t, out)); d != "" {
			t.Errorf("run.json (-whole +this):\n%s", d)
		}
		inside(t, files.OS{}, "check", out).want(t, codeDone)
		if t.Failed() {
			t.Fatalf("the run is in %s", out)
		}
	}
	t.Logf("how often each exit code came, -1 for killed: %v", count)
}

// killed starts the program and kills it after some time, if it has not ended before.
func killed(t *testing.T, dir string, after time.Duration, args ...string) int {
	t.Helper()
	c := command(t, dir, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(after, func() { _ = c.Process.Kill() })
	defer late.Stop()
	_ = c.Wait() // how it ended is what ProcessState says
	return c.ProcessState.ExitCode()
}
