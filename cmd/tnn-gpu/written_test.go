package main

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tnn-gpu/host/files"
)

// TestThinnedSteps: steps.csv has the rows that are asked for and no others, all else is
// the same, and a run that was interrupted anywhere has the same rows.
func TestThinnedSteps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, of := range []struct {
		preset, until, steps string
		every                int
	}{{"relaxed-driven", "111", "127", 4}, {"codes-policy", "1111", "1270", 20}} {
		preset, every := of.preset, itoa(of.every)
		args := func(steps, out string, more ...string) []string {
			return append([]string{"run", "--preset", preset, "--backend", "cpu", "--no-overview", "--replicas", "2", "--steps", steps, "--out", preset + out}, more...)
		}
		tnnGPU(t, dir, args(of.steps, "-all")...).want(t, codeDone)
		tnnGPU(t, dir, args(of.steps, "-few", "--steps-every", every)...).want(t, codeDone)
		tnnGPU(t, dir, args(of.until, "-twice", "--steps-every", every)...).want(t, codeDone)
		tnnGPU(t, dir, "resume", preset+"-twice", "--steps", of.steps, "--backend", "cpu").want(t, codeDone)
		var want strings.Builder
		for row := range strings.Lines(string(read(t, dir, preset+"-all", "steps.csv"))) {
			step, _, _ := strings.Cut(row, ",")
			if n, err := strconv.Atoi(step); err != nil || n%of.every == 0 {
				want.WriteString(row)
			}
		}
		if n := strings.Count(want.String(), "\n"); n < 50 {
			t.Fatalf("%s: %d rows", preset, n)
		}
		for _, out := range []string{"-few", "-twice"} {
			if have := string(read(t, dir, preset+out, "steps.csv")); have != want.String() {
				t.Errorf("%s%s: steps.csv is not every %sth row:\n%.300s", preset, out, every, have)
			}
			for _, name := range []string{"epochs.csv", "epochs_replicas.csv", "final.npz"} {
				// The end of an interrupted run cuts no epoch short for good.
				if !bytes.Equal(read(t, dir, preset+"-all", name), read(t, dir, preset+out, name)) {
					t.Errorf("%s%s: %s differs", preset, out, name)
				}
			}
		}
		tnnGPU(t, dir, "check", preset+"-twice").want(t, codeDone)
		tnnGPU(t, dir, "plot", preset+"-few", "--out", preset+".svg").want(t, codeDone)
	}
	if text := string(read(t, dir, "relaxed-driven-few", "run.json")); !strings.Contains(text, "quantities of every step whose number is a multiple of 4") {
		t.Error("run.json does not say which steps have a row")
	}
	// Statistics of single rows are those of fewer rows; those of steps in a row say so.
	said := tnnGPU(t, dir, "stats", "relaxed-driven-few", "--of", "series,dissipation").want(t, codeDone, "steps.csv has a row every 4 steps, and each is needed")
	if strings.Contains(said.out, "dissipated ") {
		t.Errorf("a sum over steps of which most have no row:\n%s", said.out)
	}
	tnnGPU(t, dir, "stats", "relaxed-driven-few", "--of", "avalanches").want(t, codeUsage, "steps.csv has a row every 4 steps, and each is needed")
	tnnGPU(t, dir, "run", "--steps", "5", "--steps-every", "6").want(t, codeUsage, "record.steps_every is 6, and the run has steps 1 to 5")
	tnnGPU(t, dir, "run", "--steps-every", "0").want(t, codeUsage, "record.steps_every is 0")
}

// TestWhatWillBeWritten: a run that writes much says before it begins what, and how much
// that is.
func TestWhatWillBeWritten(t *testing.T) {
	dir := t.TempDir()
	small := tnnGPU(t, dir, "run", "--preset", "isolated4", "--steps", "3", "--backend", "cpu", "--out", "small").want(t, codeDone)
	if strings.Contains(small.out, "writes ") {
		t.Errorf("a small run says what it writes:\n%s", small.out)
	}
	// More than most disks have: it is told, and the run goes on.
	r := begin(t, dir, endless("--backend", "cpu", "--replicas", "64", "--record", "state,energy,weight", "--every", "1")...)(os.Interrupt)
	r.want(t, codeInterrupted)
	if free := files.Free(dir); free > 0 && free < 15e12 {
		r.want(t, codeInterrupted, "Take note: the run may write ", " and the disk of out has ", " left")
	}
	m := regexp.MustCompile(`(?m)^writes      at most about (\S+) TB: recordings/weight.npy (\S+) TB, recordings/state.npy (\S+) TB, recordings/energy.npy (\S+) TB, steps.csv (\S+) TB \(--steps-every thins it\)$`).FindStringSubmatch(r.out)
	if m == nil {
		t.Fatalf("it does not say what it writes:\n%s", r.out)
	}
	if state, err := strconv.ParseFloat(m[3], 64); err != nil || state != 5.02 { // 10^8 steps of 64 copies of 196 nodes
		t.Errorf("the states take %s TB", m[3])
	}
}
