package sim_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

func TestNotFiniteSumStopsTheRunAndNamesIt(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	b := simtest.NewBackend(m, state.Double, 2)
	b.NaN = 6
	var got log
	run := start(t, b, m, sim.Plan{Steps: 100, Replicas: 2, Epoch: 5}, got.observe)
	run.SetClock((&clock{}).now)
	summary, err := run.Go(context.Background())
	var bad *sim.NotFiniteError
	if !errors.As(err, &bad) || bad.Step != 6 || bad.Replica != 1 || bad.Sum != "square" || !strings.Contains(err.Error(), "are finite") {
		t.Fatalf("error %v", err)
	}
	if len(got.rows) != 2*5 || len(got.epochs) != 1 || len(got.saved) != 0 || got.end != nil {
		t.Errorf("%d rows, %d epochs, %d checkpoints, end %v; want what happened before and no more", len(got.rows), len(got.epochs), len(got.saved), got.end)
	}
	if summary.Reason != sim.Failed || summary.Last != 5 {
		t.Errorf("summary %+v", summary)
	}
}

// spoiled has the array of a field changed before a step.
func spoiled(m simtest.Model, replicas int, step int64, spoil func(*state.State)) *simtest.Backend {
	b := simtest.NewBackend(m, state.Single, replicas)
	b.BeforeStep = func(now int64) {
		if now == step {
			s, _ := b.State()
			spoil(s)
			_ = b.SetState(s)
		}
	}
	return b
}

// at is the index of an item's value in a replica of an array.
func at(m simtest.Model, s *state.State, field string, item, replica int) (*state.Array, int) {
	a := s.Array(field)
	return a, m.Order(a.Space)[item] + replica*a.Len()/s.Replicas
}

func TestWhatIsNotFiniteIsNamedByNodeAndEdge(t *testing.T) {
	m := simtest.Model{Nodes: 5}
	for _, test := range []struct {
		field string
		item  int
		says  string
	}{
		{"state", 3, "step 7 of replica 1 gave NaN as its sum of state, so the run was stopped; after step 7, state is NaN at node 3 of replica 1"},
		// No sum of the test's model shows the others, but a checkpoint would.
		{"weight", 4, "the run was stopped after step 10; after step 10, weight is NaN at edge 4-0 of replica 1"},
		{"charge", 5, "the run was stopped after step 10; after step 10, charge is NaN at node 3, edge to 2 of replica 1"},
	} {
		b := spoiled(m, 2, 7, func(s *state.State) {
			a, i := at(m, s, test.field, test.item, 1)
			a.Set(i, math.Inf(1))
		})
		var got log
		run := start(t, b, m, sim.Plan{Steps: 20, Replicas: 2, Epoch: 5, Checkpoint: 5, Captures: []sim.Capture{{Every: 1, Fields: []string{"state"}}}}, got.observe)
		_, err := run.Go(context.Background())
		if err == nil || err.Error() != test.says {
			t.Errorf("%s: error %v, want %s", test.field, err, test.says)
		}
		if got.dump == nil || len(got.saved) != 1 || got.saved[0].State.Step != 5 || got.end != nil {
			t.Fatalf("%s: dump %v, %d checkpoints, want the one of step 5", test.field, got.dump, len(got.saved))
		}
		if a, i := at(m, got.dump.State, test.field, test.item, 1); !math.IsNaN(a.At(i)) {
			t.Errorf("%s: the dump has %v", test.field, a.At(i))
		}
	}
}

func TestCheckedRunIsTheUncheckedOne(t *testing.T) {
	m := simtest.Model{Nodes: 4}
	_, states := reference(t, m, state.Single, 2, 50)
	for _, every := range []int64{1, 2, 7, 50, 51} {
		b, on := simtest.NewBackend(m, state.Single, 2), simtest.NewBackend(m, state.Single, 2)
		var got log
		run := start(t, b, m, sim.Plan{Steps: 50, Replicas: 2, Epoch: 6}, got.observe)
		run.SetClock((&clock{}).now) // so that batches grow
		if err := run.Check(on, every); err != nil {
			t.Fatal(err)
		}
		summary, err := run.Go(context.Background())
		if err != nil || summary.Checked != 50/every || len(on.Calls) != int(50/every) {
			t.Errorf("every %d steps: %d were checked, error %v", every, summary.Checked, err)
		}
		if d, err := state.Diff(states[49], got.end.State); err != nil || d != nil || len(got.rows) != 100 {
			t.Errorf("every %d steps: the run differs: %v, %v", every, d, err)
		}
	}
}

func TestCheckFindsWhatDiffers(t *testing.T) {
	m := simtest.Model{Nodes: 5}
	for _, test := range []struct {
		name string
		b    *simtest.Backend
		says string
	}{
		{"weight", spoiled(m, 1, 12, func(s *state.State) {
			a, i := at(m, s, "weight", 2, 0)
			a.Set(i, a.At(i)+0.125)
		}), " as weight of edge 2-3, and "},
		{"states", spoiled(m, 1, 12, func(s *state.State) {
			for i := range s.Array("state").Single {
				s.Array("state").Single[i] *= 0.75
			}
		}), ", and other values at 5 more; so the run was stopped"},
	} {
		var got log
		run := start(t, test.b, m, sim.Plan{Steps: 50, Replicas: 1, Epoch: 10}, got.observe)
		if err := run.Check(simtest.NewBackend(m, state.Single, 1), 4); err != nil {
			t.Fatal(err)
		}
		_, err := run.Go(context.Background())
		var bad *sim.MismatchError
		if !errors.As(err, &bad) || bad.Step != 12 || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.says)
		}
		if got.dump == nil || got.dump.State.Step != 11 || len(got.rows) != 11 {
			t.Errorf("%s: dump %v and %d rows, want those of the 11 steps before", test.name, got.dump, len(got.rows))
		}
	}
}

// lying returns a sum that is not that of its state.
type lying struct{ *simtest.Backend }

func (l lying) Advance(n int) ([]float64, error) {
	sums, err := l.Backend.Advance(n)
	sums[0] = math.Nextafter(sums[0], 2)
	return sums, err
}

func TestCheckFindsAWrongSum(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	run, err := sim.New(m, lying{simtest.NewBackend(m, state.Single, 1)}, sim.Plan{Steps: 9, Replicas: 1, Epoch: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Check(simtest.NewBackend(m, state.Single, 1), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Go(context.Background()); err == nil || !strings.Contains(err.Error(), "as the sum of state of replica 0, and ") {
		t.Errorf("error %v", err)
	}
}

// TestCheckKnowsInterventions: they reach the other backend, also those of a
// checkpoint.
func TestCheckKnowsInterventions(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	b, on := ring(), ring()
	run := start(t, b, m, sim.Plan{Steps: 9, Replicas: 1, Epoch: 3})
	if err := run.Check(on, 1); err != nil {
		t.Fatal(err)
	}
	now, _ := b.State()
	c := state.Checkpoint{Model: "ring", Rule: "drift", State: now, EpochSums: make([]float64, 2), Controls: []state.Control{{Name: "drive", Value: 0.3}}}
	if err := run.Restore(&c); err != nil {
		t.Fatal(err)
	}
	if summary, err := run.Go(context.Background()); err != nil || summary.Checked != 9 || on.Controls["drive"] != 0.3 {
		t.Errorf("summary %+v, error %v, controls %v", summary, err, on.Controls)
	}
}

// tolerant rounds in its own way.
type tolerant struct{ *simtest.Backend }

func (b tolerant) Describe() backend.Description {
	return backend.Description{Device: "card", Precision: state.Double, Note: "tolerant: exp(x)"}
}

func TestImpossibleChecksAreRefused(t *testing.T) {
	m := simtest.Model{Nodes: 3}
	run := start(t, ring(), m, sim.Plan{Steps: 9, Replicas: 1, Epoch: 3})
	for says, err := range map[string]error{
		"every 0 steps":    run.Check(ring(), 0),
		"single precision": run.Check(simtest.NewBackend(m, state.Single, 1), 1),
		"card is tolerant": run.Check(tolerant{ring()}, 1),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want %q", err, says)
		}
	}
}
