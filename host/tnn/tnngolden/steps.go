package tnngolden

import (
	"fmt"
	"math"
	"slices"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// StepDeviation is the worst disagreement of single steps with recorded ones.
type StepDeviation struct {
	Compared int // values, of a state the mean
	Worst    float64
	Quantity string // an observable, or "state"
}

func (d StepDeviation) String() string { return fmt.Sprintf("%.3g (%s)", d.Worst, d.Quantity) }

// most is the share of the steps that must be as near as a StepDeviation says.
const most = 0.9

// Steps checks a backend in single precision against a recorded trajectory, step
// by step. A trajectory in single precision parts from the recorded one at the
// first sample that rounding tips over, and then proves nothing; a single step
// has no time to. So a reference in double precision replays the trajectory, and
// the backend makes every step from the reference's state, rounded.
//
// An observable deviates by as much as nine tenths of the steps stay within, as
// now and then a sample does tip over; deviations are absolute below magnitude 1
// and relative above. For states it is the mean over nodes. Both backends must
// be open for the network and the seed of the trajectory.
func Steps(g *Golden, reference, b backend.Backend) (StepDeviation, error) {
	if err := reference.SetState(g.State(state.Double)); err != nil {
		return StepDeviation{}, fmt.Errorf("the start of %s cannot be set: %w", g.Name, err)
	}
	counts := g.Network.Counts()
	quantities := tnn.Quantities(g.Network.Spec.Network.Rule, counts)
	seen := make(map[string][]float64)
	for _, step := range g.Steps {
		sums, s, err := oneStep(reference, b)
		if err != nil {
			return StepDeviation{}, fmt.Errorf("step %d of %s: %w", step.T, g.Name, err)
		}
		for _, q := range quantities {
			if want, recorded := step.Observables[q.Name]; recorded {
				seen[q.Name] = append(seen[q.Name], deviation(want, q.Value(sums, counts)))
			}
		}
		seen["state"] = append(seen["state"], stateDeviation(g, step.State, s.Array("state")))
	}
	var worst StepDeviation
	for name, all := range seen {
		worst.Compared += len(all)
		slices.Sort(all)
		if v := all[int(most*float64(len(all)-1))]; !(v <= worst.Worst) {
			worst = StepDeviation{worst.Compared, v, name}
		}
	}
	return worst, nil
}

// oneStep has the backend make the reference's next step, and then the reference
// make it too.
func oneStep(reference, b backend.Backend) ([]float64, *state.State, error) {
	s, err := reference.State()
	if err != nil {
		return nil, nil, err
	}
	if err := b.SetState(rounded(s)); err != nil {
		return nil, nil, err
	}
	sums, err := b.Advance(1)
	if err != nil {
		return nil, nil, err
	}
	if _, err := reference.Advance(1); err != nil {
		return nil, nil, err
	}
	s, err = b.State()
	return sums, s, err
}

// rounded is a state in single precision.
func rounded(s *state.State) *state.State {
	out := &state.State{Step: s.Step, Precision: state.Single, Replicas: s.Replicas}
	for i := range s.Arrays {
		from := &s.Arrays[i]
		to := state.NewArray(from.Field, state.Single, from.Len())
		for k := range from.Len() {
			to.Set(k, from.At(k))
		}
		out.Arrays = append(out.Arrays, to)
	}
	return out
}

func stateDeviation(g *Golden, want []float64, have *state.Array) float64 {
	var sum float64
	for id, at := range g.Network.Layout.Position {
		sum += deviation(want[id], have.At(int(at)))
	}
	return sum / float64(len(want))
}

// deviation is infinite for what is no number: it must not hide among the others.
func deviation(want, have float64) float64 {
	d := math.Abs(want-have) / math.Max(1, math.Abs(want))
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}
