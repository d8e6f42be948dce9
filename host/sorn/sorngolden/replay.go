package sorngolden

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/sorn"
	"tnn-gpu/host/state"
)

// Tolerances of testdata/sorn/README.md: weights and thresholds of given draws have the
// same bits in double precision; sums were added in another order, and logarithms and
// cosines of drawn runs are another program's.
const (
	sumTolerance    = 1e-12
	singleTolerance = 1e-5
)

func verifyTrace(text []byte, on *golden.On) (golden.Result, error) {
	t, err := ReadTrace(text)
	if err != nil {
		return golden.Result{}, err
	}
	r := &replay{trace: t, on: on, double: on.Options.Precision == state.Double}
	if err := r.run(); err != nil {
		return golden.Result{}, err
	}
	return golden.Result{Detail: r.worst, Compared: r.compared, Failed: r.failed, Tolerance: r.within(r.weights())}, nil
}

// replay is a trace on a backend.
type replay struct {
	trace  *Trace
	on     *golden.On
	double bool
	net    *sorn.Network

	compared int // values
	failed   bool
	times    float64 // largest deviation over its tolerance
	worst    string
}

// weights is the tolerance of single weights and thresholds.
func (r *replay) weights() float64 {
	switch {
	case !r.double:
		return singleTolerance
	case r.trace.Seed != nil:
		return sumTolerance
	}
	return 0
}

func (r *replay) within(own float64) float64 { return r.on.Within(own) }

// real compares a number, relative to its magnitude above 1.
func (r *replay) real(want, have, tolerance float64, what string, args ...any) {
	r.compared++
	deviation := math.Abs(have-want) / max(1, math.Abs(want))
	times := 0.0
	if within := r.within(tolerance); !(deviation <= within) {
		r.failed, times = true, math.Inf(1)
	} else if within > 0 {
		times = deviation / within
	}
	if times > r.times || r.worst == "" {
		r.times = times
		r.worst = fmt.Sprintf("%.3g (%s: recorded %v, computed %v)", deviation, fmt.Sprintf(what, args...), want, have)
	}
}

// whole compares what has no tolerance.
func whole[T any](r *replay, want, have T, equal bool, what string, args ...any) {
	r.compared++
	if !equal && !math.IsInf(r.times, 1) {
		r.failed, r.times = true, math.Inf(1)
		r.worst = fmt.Sprintf("%s: recorded %v, computed %v", fmt.Sprintf(what, args...), want, have)
	}
}

func (r *replay) run() (err error) {
	s := r.trace.Spec()
	if s.Eras[0].Phase.Is(sorn.Training) {
		s.Sorn.State = "the trace's" // a state is given
	}
	if err := s.Validate(); err != nil {
		return err
	}
	s.Sorn.State = ""
	built, err := s.Build(0, nil)
	if err != nil {
		return err
	}
	r.net = built.(*sorn.Network)
	o := r.on.Options
	o.Seeds = []uint64{0}
	if r.trace.Seed != nil {
		o.Seeds[0] = *r.trace.Seed
	}
	b, err := r.on.Open(r.net, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if err := r.begin(b); err != nil {
		return err
	}
	if err := b.Watch(sorn.RField); err != nil {
		return err
	}
	for i := range r.trace.Steps {
		if err := r.step(b, i); err != nil {
			return err
		}
	}
	return r.compareState(b, &r.trace.Final, len(r.trace.Steps))
}

// begin sets the first state, or compares the one that was drawn.
func (r *replay) begin(b backend.Backend) error {
	if r.trace.Seed != nil {
		r.known()
		return r.compareState(b, &r.trace.Initial, 0)
	}
	m := &r.trace.Initial
	s, err := r.net.StateOf(&sorn.Arrays{
		Wee: slices.Concat(m.Wee...), Wei: slices.Concat(m.Wei...), Wie: slices.Concat(m.Wie...), Te: slices.Concat(m.Te...), Ti: slices.Concat(m.Ti...),
		X: slices.Concat(m.X...), Y: slices.Concat(m.Y...),
	}, r.on.Options.Precision, 1)
	if err != nil {
		return err
	}
	return b.SetState(s)
}

// known compares first values of the noise.
func (r *replay) known() {
	key, k := rng.Key(*r.trace.Seed), &r.trace.Known
	for purpose, want := range map[rng.Purpose][]float64{rng.SornNoiseE: k.NoiseE, rng.SornNoiseI: k.NoiseI} {
		for i, z := range want {
			x0, x1, x2, x3 := rng.Draw(uint32(i/4), 0, 1, purpose, key)
			r.real(z, sorn.Normals[float64](x0, x1, x2, x3)[i%4], sumTolerance, "normal %d of purpose %d", i, purpose)
		}
	}
	for c, u := range k.Input {
		x0, x1, x2, x3 := rng.Draw(uint32(c/4), 0, 1, rng.SornInput, key)
		r.real(u, rng.Uniform[float64]([]uint32{x0, x1, x2, x3}[c%4]), 0, "input %d", c)
	}
	x0, x1, x2, x3 := rng.Draw(0, 0, 1, rng.SornNoiseE, key)
	have := []uint32{x0, x1, x2, x3}
	whole(r, k.Words, have, len(k.Words) == 0 || slices.Equal(k.Words, have), "words of the first noise")
}

// step makes a step, counted from 0, with its draws and compares what it gives.
func (r *replay) step(b backend.Backend, i int) error {
	t, want := r.trace, &r.trace.Steps[i]
	if t.Seed == nil {
		given, ok := b.(backend.Given)
		if !ok {
			return fmt.Errorf("the backend %s does not take draws", b.Describe().Backend)
		}
		if err := given.Give(t.draws(i)); err != nil {
			return err
		}
	}
	sums, err := b.Advance(1)
	if err != nil {
		return err
	}
	for _, field := range []struct {
		name string
		want []int
	}{{sorn.XField, want.X}, {sorn.YField, want.Y}, {sorn.RField, want.R}} {
		a, err := b.Field(field.name, nil)
		if err != nil {
			return err
		}
		var have []int
		for u, bit := range a.Bits {
			if bit != 0 {
				have = append(have, u)
			}
		}
		whole(r, field.want, have, slices.Equal(field.want, have), "active units of %s at step %d", field.name, i+1)
	}
	count := func(want, sum int, what string) {
		whole(r, want, int(sums[sum]), float64(want) == sums[sum], "%s at step %d", what, i+1)
	}
	count(want.EE, sorn.SumEE, "synapses ee")
	count(len(want.Births), sorn.SumBorn, "births")
	return r.sums(b, i, sums)
}

// sums compares those of a step.
func (r *replay) sums(b backend.Backend, i int, sums []float64) error {
	want := &r.trace.Steps[i]
	for _, c := range []struct {
		want *int
		have float64
		what string
	}{
		{want.EEAfter, sums[sorn.SumEE] + sums[sorn.SumBorn] - sums[sorn.SumPrunedEE], "synapses ee after the rules"},
		{want.EIAfter, sums[sorn.SumEI] - sums[sorn.SumPrunedEI], "synapses ei after the rules"},
		{want.EmptyEE, sums[sorn.SumEmptyEE], "empty columns of Wee"},
		{want.EmptyEI, sums[sorn.SumEmptyEI], "empty columns of Wei"},
	} {
		if c.want != nil {
			whole(r, float64(*c.want), c.have, float64(*c.want) == c.have, "%s of step %d", c.what, i+1)
		}
	}
	tolerance := sumTolerance
	if !r.double {
		tolerance = singleTolerance
	}
	for _, c := range []struct {
		want *float64
		sum  int
		what string
	}{{want.SquaresEE, sorn.SumSquaresEE, "squared weights ee"}, {want.SquaresEI, sorn.SumSquaresEI, "squared weights ei"}, {want.Thresholds, sorn.SumTe, "thresholds"}} {
		if c.want != nil {
			r.real(*c.want, sums[c.sum], tolerance, "%s of step %d", c.what, i+1)
		}
	}
	if m, found := r.trace.Checkpoints[strconv.Itoa(i+1)]; found {
		if err := r.compareState(b, &m, i+1); err != nil {
			return err
		}
	}
	if want.State != nil {
		return r.compareState(b, want.State, i+1)
	}
	return nil
}

// draws of a step, counted from 0.
func (t *Trace) draws(i int) map[rng.Purpose][]float64 {
	draws := map[rng.Purpose][]float64{}
	if t.NoiseE != nil {
		draws[rng.SornNoiseE], draws[rng.SornNoiseI] = t.NoiseE[i], t.NoiseI[i]
	}
	for _, channel := range t.Inputs {
		draws[rng.SornInput] = append(draws[rng.SornInput], channel[i])
	}
	for _, b := range t.Steps[i].Births {
		draws[rng.SornPosition] = append(draws[rng.SornPosition], float64(b[0]), float64(b[1]))
	}
	return draws
}

// compareState compares all arrays that a trace has after a step.
func (r *replay) compareState(b backend.Backend, want *Matrices, step int) error {
	s, err := b.State()
	if err != nil {
		return err
	}
	have := r.net.ArraysOf(s, 0)
	for _, a := range []struct {
		name   string
		want   [][]float64
		have   []float64
		within float64
	}{
		{"Wee", want.Wee, have.Wee, r.weights()}, {"Wei", want.Wei, have.Wei, r.weights()}, {"Wie", want.Wie, have.Wie, r.weights()},
		{"Te", want.Te, have.Te, r.weights()}, {"Ti", want.Ti, have.Ti, r.weights()}, {"X", want.X, have.X, 0}, {"Y", want.Y, have.Y, 0},
	} {
		for k, v := range slices.Concat(a.want...) {
			r.real(v, a.have[k], a.within, "%s[%d, %d] after step %d", a.name, k/len(a.want[0]), k%len(a.want[0]), step)
		}
	}
	return nil
}
