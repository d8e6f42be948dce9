package sim_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// fedRing is a ring of three nodes whose steps take two inputs.
func fedRing() *simtest.Backend {
	return simtest.NewBackend(simtest.Model{Nodes: 3, Fed: true}, state.Double, 1)
}

// inputsOf a step are any numbers.
func inputsOf(step int64) []float64 {
	return []float64{math.Sin(float64(step)), math.Cos(float64(3 * step))}
}

// TestFeed: each step waits for its inputs, those of a session before are given again,
// steps that are checked get the same ones, and all that gives the same state.
func TestFeed(t *testing.T) {
	const last = 23
	plan := sim.Plan{Steps: last, Replicas: 1, Epoch: 10, Fed: true}
	for step := range int64(last) {
		plan.Again = append(plan.Again, sim.Command{Do: sim.DoFeed, Control: state.Control{Step: step}, Inputs: inputsOf(step + 1)})
	}
	whole := fedRing()
	if _, err := start(t, whole, simtest.Model{Nodes: 3, Fed: true}, plan).Go(t.Context()); err != nil {
		t.Fatal(err)
	}

	b, journal := fedRing(), []sim.Command(nil)
	half := plan
	half.Again = plan.Again[:10:10]
	run := start(t, b, simtest.Model{Nodes: 3, Fed: true}, half)
	run.Journal(func(c sim.Command) error { journal = append(journal, c); return nil })
	if err := run.Check(fedRing(), 3); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, err := run.Go(t.Context()); done <- err }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for _, bad := range []struct {
		inputs []float64
		says   string
	}{{nil, "takes 2"}, {[]float64{1, 2}, "from -1 to 1"}, {[]float64{math.NaN(), 0}, "finite"}} {
		if err := run.Feed(ctx, bad.inputs); err == nil || !strings.Contains(err.Error(), bad.says) {
			t.Errorf("inputs %v: %v", bad.inputs, err)
		}
	}
	if err := errors.Join(run.Pause(ctx), run.Step(ctx)); !errors.Is(err, sim.ErrFed) {
		t.Errorf("a pause: %v", err)
	}
	for step := int64(11); step <= last; step++ {
		if err := run.Feed(ctx, inputsOf(step)); err != nil {
			t.Fatal(err)
		}
		if step < last {
			if s, err := run.Snapshot(ctx, nil, "state"); err != nil || s.Step != step {
				t.Fatalf("after the inputs of step %d: %v, %v", step, s, err)
			}
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := run.Feed(ctx, inputsOf(last+1)); !errors.Is(err, sim.ErrEnded) {
		t.Errorf("inputs after the end: %v", err)
	}
	if len(journal) != last-10 || journal[0].Step != 10 || journal[0].Inputs[0] != inputsOf(11)[0] {
		t.Errorf("kept were %v", journal)
	}
	want, _ := whole.State()
	got, _ := b.State()
	if d, err := state.Diff(want, got); err != nil || d != nil {
		t.Errorf("%v, %v", d, err)
	}
}

// TestFedOrNot: a plan must know whether the network takes inputs.
func TestFedOrNot(t *testing.T) {
	for _, fed := range []bool{false, true} {
		m := simtest.Model{Nodes: 3, Fed: !fed}
		if _, err := sim.New(m, simtest.NewBackend(m, state.Single, 1), sim.Plan{Steps: 1, Replicas: 1, Epoch: 1, Fed: fed}); err == nil {
			t.Errorf("a plan with Fed %v is taken by a network with Fed %v", fed, !fed)
		}
	}
}
