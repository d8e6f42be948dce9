package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/cpuref"
	"tnn-gpu/gpu"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/config"
	"tnn-gpu/host/model"
	"tnn-gpu/host/record"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// spoiled has a value of the state replaced before a step.
type spoiled struct {
	backend.Backend
	step  int64
	field string
	index int
	value float64
	now   int64
}

func (b *spoiled) Advance(n int) ([]float64, error) {
	var sums []float64
	for range n {
		if b.now++; b.now == b.step {
			s, err := b.State()
			if err != nil {
				return nil, err
			}
			s.Array(b.field).Set(b.index, b.value)
			if err := b.SetState(s); err != nil {
				return nil, err
			}
		}
		one, err := b.Backend.Advance(1)
		if err != nil {
			return nil, err
		}
		sums = append(sums, one...)
	}
	return sums, nil
}

// spoil runs a network, with a value replaced before step 12 and a checkpoint
// after step 8, and returns the folder and how it ended. Where check is set, every
// fourth step is made again.
func spoil(t *testing.T, preset, on, field string, item int, value float64, check bool) (dir string, n *setup, err error) {
	t.Helper()
	cfg, err := config.NewPreset(preset, "graph.sides=[10, 10]", "run.backend="+on, "era[0].steps=40", "record.overview=false")
	if err != nil {
		t.Fatal(err)
	}
	if n, err = buildSetup(cfg); err != nil {
		t.Fatal(err)
	}
	b, err := n.open(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	per := state.Node
	if field == "weight" {
		per = state.Edge
	}
	b.Backend = &spoiled{Backend: b.Backend, step: 12, field: field, index: n.net.Order(per)[item], value: value}
	j := &job{setup: n, backend: b, plan: sim.Plan{Steps: 40, Replicas: 1, Epoch: 10, Checkpoint: 8}}
	if check {
		reference, err := cpuref.New(n.net, backend.Options{Precision: n.precision, Seeds: n.seeds})
		if err != nil {
			t.Fatal(err)
		}
		j.checker = &checker{every: 4, on: reference}
	}
	if err := j.planRecording(); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "out")
	folder, err := record.Create(dir, cfg.Encode())
	if err != nil {
		t.Fatal(err)
	}
	p := program{out: io.Discard, errs: io.Discard}
	ctx, w := p.watched(t.Context(), 0)
	defer w.end()
	return dir, n, p.carryOut(ctx, w, j, folder)
}

// eachBackend runs a test on the backends that are there.
func eachBackend(t *testing.T, test func(t *testing.T, on string)) {
	t.Run("cpu", func(t *testing.T) { test(t, "cpu") })
	t.Run("opencl", func(t *testing.T) { withOpenCL(t); test(t, "opencl") })
}

// dumped is the state that a run has left that stopped itself.
func dumped(t *testing.T, dir string) *state.Checkpoint {
	t.Helper()
	text := read(t, dir, "broken.tnn")
	c, err := state.DecodeCheckpoint(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	read(t, dir, "broken.npz")
	return c
}

// TestNotFiniteStopsTheRun has NaN and infinity in states and weights. The run is
// then gone on with, and must leave what one leaves that nothing happened to.
func TestNotFiniteStopsTheRun(t *testing.T) {
	eachBackend(t, func(t *testing.T, on string) {
		for _, test := range []struct {
			preset, field string
			value         float64
		}{
			{"isolated4", "weight", math.NaN()},
			{"isolated4", "weight", math.Inf(-1)},
			{"isolated4", "state", math.NaN()},
			{"relaxed", "weight", math.NaN()},
		} {
			dir, n, err := spoil(t, test.preset, on, test.field, 77, test.value, false)
			var bad *sim.NotFiniteError
			if !errors.As(err, &bad) || exitCode(err) != codeFailed || bad.Step != 12 || bad.Sum == "" {
				t.Errorf("%s, %s %v: the run ends with %v", test.preset, test.field, test.value, err)
				continue
			}
			if test.field == "weight" && !strings.Contains(err.Error(), "weight is ") {
				t.Errorf("%s, %v: no edge is named: %v", test.preset, test.value, err)
			}
			if a := dumped(t, dir).State.Array("weight"); test.preset == "isolated4" && test.field == "weight" {
				if v := a.At(n.net.Order(state.Edge)[77]); v-v == 0 {
					t.Errorf("%v: the dump has %v", test.value, v)
				}
			}
			parent := filepath.Dir(dir)
			tnnGPU(t, parent, "resume", "out").want(t, codeDone, "resumed     after step 8")
			tnnGPU(t, parent, "run", "out/config.toml", "--backend", "cpu", "--out", "whole").want(t, codeDone)
			sameResults(t, filepath.Join(parent, "whole"), dir)
			if _, err := os.Stat(filepath.Join(dir, "broken.npz")); err == nil {
				t.Error("the dump is still there")
			}
		}
	})
}

// TestNotFiniteNamesTheEdge follows a value that does not spread in a step.
func TestNotFiniteNamesTheEdge(t *testing.T) {
	eachBackend(t, func(t *testing.T, on string) {
		_, n, err := spoil(t, "isolated4", on, "weight", 77, math.NaN(), true)
		links := n.net.(model.Linked).Links(nil, 0)
		a, b := links.Ends(77)
		if says := "weight is NaN at edge " + itoa(int(a)) + "-" + itoa(int(b)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the run ends with %v, want %q", err, says)
		}
	})
}

// TestCheckFindsAWrongStep: a weight that is a little off shows in no sum that is
// not finite, and is found all the same. The dump is of the step before.
func TestCheckFindsAWrongStep(t *testing.T) {
	eachBackend(t, func(t *testing.T, on string) {
		dir, _, err := spoil(t, "isolated4", on, "weight", 77, 0.25, true)
		var bad *sim.MismatchError
		if !errors.As(err, &bad) || exitCode(err) != codeFailed || bad.Step != 12 || !strings.Contains(err.Error(), "when it was made again") {
			t.Fatalf("the run ends with %v", err)
		}
		if step := dumped(t, dir).State.Step; step != 11 {
			t.Errorf("the dump is of step %d", step)
		}
	})
}

// TestCheck runs the program: steps that are right are only counted.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--out", "whole")...).want(t, codeDone)
	// What a run has written of itself stays, whatever is to be replaced.
	for args, file := range map[string]string{"plot whole --format png": "steps.csv", "export whole": "final.npz", "plot whole --format svg": "config.toml"} {
		before := read(t, dir, "whole", file)
		tnnGPU(t, dir, append(strings.Fields(args), "--out", "whole/"+file, "--overwrite")...).want(t, codeUsage, "whole/"+file+" is a file of the run in its folder, which is never replaced")
		if !bytes.Equal(before, read(t, dir, "whole", file)) {
			t.Errorf("%s: %s is another", args, file)
		}
	}
	tnnGPU(t, dir, "scan", "--preset", "isolated4", "--set", "graph.sides=[4, 4]", "--steps", "2", "--over", "edge.bound=1,2", "--backend", "cpu", "--out", "scanned").want(t, codeDone)
	tnnGPU(t, dir, "check", "scanned").want(t, codeUsage, "scanned is a scan; `tnn-gpu scan status` tells")
	args := small("--check", "3")
	if _, err := gpu.Devices(); err == nil {
		args = append(args, "--backend", "opencl")
	}
	tnnGPU(t, dir, args...).want(t, codeDone, "6 steps were made again on the processor: the same bits\n")
	sameResults(t, filepath.Join(dir, "whole"), filepath.Join(dir, "out"))
	tnnGPU(t, dir, "resume", "out", "--steps", "+1", "--check", "1").want(t, codeDone, "1 step was made again on the processor: the same bits\n")
	tnnGPU(t, dir, "resume", "out", "--steps", "+1", "--check", "5").want(t, codeDone, "no step was made again on the processor: steps 22 to 22 have no multiple of 5, as --check says\n")
	tnnGPU(t, dir, small("--check", "often", "--out", "no")...).want(t, codeUsage, `--check is "often": use a whole number of steps`)
}

// TestPoisonedCheckpoint has a number in a checkpoint that no run writes, with the
// right checksum: the one before is used.
func TestPoisonedCheckpoint(t *testing.T) {
	dir := t.TempDir()
	tnnGPU(t, dir, small("--checkpoint", "8")...).want(t, codeDone)
	path := filepath.Join(dir, "out/checkpoint-20.tnn")
	text := read(t, path)
	c, err := state.DecodeCheckpoint(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	c.State.Array("energy").Set(3, math.Inf(1))
	var out bytes.Buffer
	if err := errors.Join(c.Encode(&out), os.WriteFile(path, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	tnnGPU(t, dir, "resume", "out").want(t, codeDone, "A checkpoint is passed over: checkpoint-20.tnn: ", "its energy has +Inf among its values", "resumed     after step 16")
}
