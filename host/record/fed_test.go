package record

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"tnn-gpu/host/files/filestest"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// fedSetup is a run whose steps wait for inputs.
func fedSetup() setup {
	s := small(state.Double, 1)
	s.model.Fed, s.plan.Fed, s.plan.Checkpoint = true, true, 20
	return s
}

// feeds gives a run the inputs of steps first to last.
func feeds(first, last int64) func(context.Context, *sim.Run) error {
	return func(ctx context.Context, run *sim.Run) error {
		for step := first; step <= last; step++ {
			err := run.Feed(ctx, []float64{math.Sin(float64(step)), 1 / float64(step)})
			if err == nil && step == 25 {
				err = run.Control(ctx, "drive", 0.4) // before that step is left, and the next one fed
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// TestKillLosesNoInputs kills a run that is fed between two checkpoints, twice, and
// compares what is made of it with a run that nobody killed.
func TestKillLosesNoInputs(t *testing.T) {
	s := fedSetup()
	dir := t.TempDir()
	path, whole := filepath.Join(dir, "run"), filepath.Join(dir, "whole")
	s.steered(t, whole, false, feeds(1, 47))
	s.steered(t, path, true, feeds(1, 17))
	s.steered(t, path, true, feeds(18, 33))
	alter(t, path, inputsName, func(b []byte) []byte { return append(b, "34,0."...) }) // not whole, so never used
	s.steered(t, path, false, feeds(34, 47))
	sameResults(t, results(t, whole), results(t, path))
	f, err := Look(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found, err := f.Check()
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, one := range found {
		if one.Problem != nil {
			t.Errorf("%s: %v", one.File, one.Problem)
		}
		if one.File == inputsName {
			told = one.Text
		}
	}
	if told != "47 rows" {
		t.Errorf("%s is said to have %q", inputsName, told)
	}
	until, err := f.CommandsUntil(&state.Checkpoint{State: &state.State{Step: 20}}, 30)
	if err != nil || len(until) != 11 || until[0].Step != 20 || until[5].Do != sim.DoControl || until[10].Step != 29 {
		t.Errorf("between step 20 and 30 there were %v, %v", until, err)
	}
}

// TestDamagedInputs are refused, and Check finds them.
func TestDamagedInputs(t *testing.T) {
	s := fedSetup()
	path := filepath.Join(t.TempDir(), "run")
	s.steered(t, path, true, feeds(1, 30))
	for text, says := range map[string]string{
		"step,left,right\n1,0,0\n3,0,0\n":   "step 3 comes after step 1",
		"step,left,right\n1,0,NaN\n":        `"NaN" is no input`,
		"step,left,right\nx,0,0\n":          `"x" is no step`,
		"step,left,right\n0,0,0\n":          `"0" is no step`,
		"step,left,right\n23,0,0\n24,0,0\n": "has no inputs of step 21",
	} {
		alter(t, path, inputsName, func([]byte) []byte { return []byte(text) })
		f, err := Look(filestest.Quick{}, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Commands(&state.Checkpoint{State: &state.State{Step: 20}}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
		f.Close()
	}
	alter(t, path, inputsName, func([]byte) []byte { return []byte("step,left,right\n1,0,0\n") })
	f, err := Look(filestest.Quick{}, path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found, err := f.Check()
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, one := range found {
		told = told || one.File == inputsName && one.Problem != nil
	}
	if !told {
		t.Errorf("a table that ends before the checkpoint is whole: %v", found)
	}
}
