package sim_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

// TestEpochsGrow: every step is in one epoch, and the table of lengths is as documented.
func TestEpochsGrow(t *testing.T) {
	for step, want := range map[int64]sim.Span{
		1: {1, 1, 10}, 10: {1, 1, 10}, 11: {2, 11, 20}, 1000: {100, 991, 1000}, 1001: {101, 1001, 1100}, 1100: {101, 1001, 1100},
		10_000: {190, 9901, 10_000}, 10_001: {191, 10_001, 11_000}, 100_000: {280, 99_001, 100_000},
		100_001: {281, 100_001, 110_000}, 1<<32 - 1: {280 + 90*4 + 33, 4_200_000_001, 4_300_000_000},
	} {
		if have := sim.EpochOf(step, 0); have != want {
			t.Errorf("step %d is in %+v, want %+v", step, have, want)
		}
	}
	for _, length := range []int64{0, 1, 7, 10, 1000} {
		last := sim.EpochOf(1, length)
		if last.Index != 1 || last.First != 1 {
			t.Errorf("epochs of %d begin with %+v", length, last)
		}
		for step := int64(1); step <= 120_000; step++ {
			e := sim.EpochOf(step, length)
			next := sim.Span{Index: last.Index + 1, First: last.Last + 1, Last: e.Last}
			if e != last && e != next || step < e.First || step > e.Last || length > 0 && e.Last-e.First+1 != length {
				t.Fatalf("epochs of %d: step %d is in %+v, after %+v", length, step, e, last)
			}
			last = e
		}
	}
}

// TestGrowingEpochsOfAResumedRun: from checkpoints in the middle of an epoch, at its end,
// and about the steps at which epochs grow, the table goes on as without a stop.
func TestGrowingEpochsOfAResumedRun(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	const steps = 1_250
	tell := func(l *log, steps int64, from *state.Checkpoint) *state.Checkpoint {
		run := start(t, simtest.NewBackend(m, state.Double, 2), m, sim.Plan{Steps: steps, Replicas: 2, Points: [][]int{{1}, {0}}}, l.observe)
		if from != nil {
			if err := run.Restore(from); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := run.Go(t.Context()); err != nil {
			t.Fatal(err)
		}
		return &l.saved[len(l.saved)-1]
	}
	var whole log
	tell(&whole, steps, nil)
	if n := len(whole.epochs); n != 103 || whole.epochs[101].First != 1101 || whole.epochs[102].Last != steps {
		t.Fatalf("%d epochs, the last one %+v", n, whole.epochs[n-1])
	}
	sums := 0.0
	for step := 1101; step <= 1200; step++ {
		sums += whole.rows[2*(step-1)][0]
	}
	if have, want := whole.epochs[101].Replicas[0][0], sums/100; math.Abs(have-want) > 1e-12 {
		t.Errorf("steps 1101 to 1200 have a mean of %v, and the epoch has %v", want, have)
	}
	for _, at := range []int64{7, 10, 995, 999, 1000, 1001, 1050, 1099, 1100, 1101, 1249} {
		var first, rest log
		tell(&rest, steps, tell(&first, at, nil))
		kept := first.epochs
		if n := len(kept); kept[n-1].Last != sim.EpochOf(at, 0).Last {
			kept = kept[:n-1] // the end has cut it short
		}
		if d := cmp.Diff(whole.epochs, append(kept, rest.epochs...)); d != "" {
			t.Errorf("resumed after step %d epochs differ (-whole +resumed):\n%s", at, d)
		}
	}
}
