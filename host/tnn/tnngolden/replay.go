package tnngolden

import (
	"fmt"
	"math"
	"tnn-gpu/host/tnn"

	"tnn-gpu/host/backend"
)

// Deviation is the worst disagreement with a recorded trajectory: absolute below
// magnitude 1, relative above.
type Deviation struct {
	Compared   int // pairs
	Worst      float64
	Step       int64
	What       string // an observable, or "state of node 12"
	Want, Have float64
}

func (d Deviation) String() string {
	if d.What == "" {
		return "equal"
	}
	return fmt.Sprintf("%.3g (%s at step %d: recorded %v, computed %v)", d.Worst, d.What, d.Step, d.Want, d.Have)
}

// note keeps the pair if it deviates more than all before.
func (d *Deviation) note(step int64, want, have float64, what func() string) {
	d.Compared++
	diff := math.Abs(want-have) / math.Max(1, math.Abs(want))
	if !(diff <= d.Worst) { // NaN counts as worst
		*d = Deviation{Compared: d.Compared, Worst: diff, Step: step, What: what(), Want: want, Have: have}
		if math.IsNaN(diff) {
			d.Worst = math.Inf(1)
		}
	}
}

// Replay runs a trajectory on a backend opened for its network and seed, and
// compares every step.
func (g *Golden) Replay(b backend.Backend) (Deviation, error) {
	var d Deviation
	if err := b.SetState(g.State(b.Describe().Precision)); err != nil {
		return d, fmt.Errorf("the start of %s cannot be set: %w", g.Name, err)
	}
	counts := g.Network.Counts()
	quantities := tnn.Quantities(g.Network.Spec.Network.Rule, counts)
	for i := range g.Steps {
		step := &g.Steps[i]
		sums, err := b.Advance(1)
		if err != nil {
			return d, fmt.Errorf("step %d of %s failed: %w", step.T, g.Name, err)
		}
		for _, q := range quantities {
			if want, recorded := step.Observables[q.Name]; recorded {
				d.note(step.T, want, q.Value(sums, counts), func() string { return q.Name })
			}
		}
		if err := g.compareFields(b, step, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (g *Golden) compareFields(b backend.Backend, step *Step, d *Deviation) error {
	s, err := b.State()
	if err != nil {
		return fmt.Errorf("the state after step %d of %s cannot be read: %w", step.T, g.Name, err)
	}
	l := g.Network.Layout
	states, energies, weights := s.Array("state"), s.Array("energy"), s.Array("weight")
	for id, at := range l.Position {
		d.note(step.T, step.State[id], states.At(int(at)), func() string { return fmt.Sprintf("state of node %d", id) })
		if g.Network.IsNetwork(int32(id)) {
			d.note(step.T, step.Energy[id], energies.At(int(at)), func() string { return fmt.Sprintf("energy of node %d", id) })
		}
	}
	for i, want := range step.Weight {
		e := g.Network.Graph.Edges[i]
		d.note(step.T, want, weights.At(int(l.EdgeWeight[i])), func() string { return fmt.Sprintf("weight of edge %d-%d", e.A, e.B) })
	}
	return nil
}
