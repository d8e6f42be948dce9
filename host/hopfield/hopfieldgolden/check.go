// Package hopfieldgolden reads and replays recorded vectors of Hopfield networks
// (testdata/hopfield/README.md), which independent programs made.
package hopfieldgolden

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Formats are those of this package.
func Formats() []golden.Format {
	return []golden.Format{
		{Name: "hopfield recall 1", Verify: verify(recall)},
		{Name: "hopfield glauber 1", Verify: verify(glauber)},
		{Name: "hopfield seeded 1", Verify: verify(seeded)},
		{Name: "hopfield dense 1", Verify: verify(dense)},
		{Name: "hopfield extras 1", Verify: verify(extras)},
		{Name: "hopfield theory 1", Verify: verify(theory)},
		{Name: "hopfield letters 1", Verify: references},
		{Name: "hopfield statistics 1", Verify: references},
	}
}

// check compares a file, and keeps what deviates most in terms of its tolerance.
type check struct {
	on       *golden.On
	compared int     // values
	times    float64 // of its tolerance
	worst    string
	least    float64 // tolerance that was used
}

func verify(file func(c *check, text []byte) error) func(text []byte, on *golden.On) (golden.Result, error) {
	return func(text []byte, on *golden.On) (golden.Result, error) {
		c := &check{on: on, worst: "equal", least: math.Inf(1)}
		if err := file(c, text); err != nil {
			return golden.Result{}, err
		}
		return golden.Result{Detail: c.worst, Compared: c.compared, Failed: !(c.times <= 1), Tolerance: c.least}, nil
	}
}

// enough says of a list that it is shorter than others tell, so that the file is not whole.
func enough(what string, have, need int) error {
	if have >= need {
		return nil
	}
	return fmt.Errorf("it is not whole: of %s there are %d, and not %d", what, have, need)
}

// sized refuses a number of units that no network has.
func sized(n int) error {
	if n < 1 || n > hopfield.MaxUnits {
		return fmt.Errorf("its N is %d: use 1 to %d units", n, hopfield.MaxUnits)
	}
	return nil
}

// real compares a number, within a tolerance relative to its magnitude above 1.
func (c *check) real(got, want, tolerance float64, what string, args ...any) {
	c.compared++
	tolerance = c.on.Within(tolerance)
	c.least = min(c.least, tolerance)
	deviation := math.Abs(got-want) / max(1, math.Abs(want))
	if times := deviation / tolerance; !(times <= c.times) {
		c.times = times
		if math.IsNaN(times) {
			c.times = math.Inf(1)
		}
		c.worst = fmt.Sprintf("%.3g (%s: recorded %v, computed %v)", deviation, fmt.Sprintf(what, args...), want, got)
	}
}

// exact compares what has no tolerance.
func exact[T comparable](c *check, got, want T, what string, args ...any) {
	c.compared++
	if got != want && !math.IsInf(c.times, 1) {
		c.times = math.Inf(1)
		c.worst = fmt.Sprintf("%s: recorded %v, computed %v", fmt.Sprintf(what, args...), want, got)
	}
}

// references counts the measured values of a file.
func references(text []byte, _ *golden.On) (golden.Result, error) {
	var all any
	if err := golden.Decode(text, &all); err != nil {
		return golden.Result{}, err
	}
	n := golden.Numbers(all)
	return golden.Result{References: n, Detail: fmt.Sprintf("%d measured values; `make soak` compares them", n)}, nil
}

// run is a network on the backend that is checked, with one recall.
type run struct {
	check   *check
	net     *hopfield.Network
	memory  *hopfield.Memory
	backend backend.Backend
}

// open opens a specification on the backend, under a key.
func (c *check) open(s *hopfield.Spec, seed, key uint64) (*run, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	built, err := s.Build(seed, nil)
	if err != nil {
		return nil, err
	}
	r := &run{check: c, net: built.(*hopfield.Network)}
	if r.memory, err = r.net.Memory(s, key); err != nil {
		return nil, err
	}
	o := c.on.Options
	o.Seeds = []uint64{key}
	if r.backend, err = c.on.Open(r.net, o); err != nil {
		return nil, err
	}
	if err := r.backend.Watch(hopfield.FieldField); err != nil {
		return nil, errors.Join(err, r.backend.Close())
	}
	return r, nil
}

// start sets the state.
func (r *run) start(text string) error {
	p, err := hopfield.ParsePattern(text)
	if err != nil {
		return err
	}
	if len(text) != r.net.N {
		return fmt.Errorf("a state has %d units, and the network %d", len(text), r.net.N)
	}
	s := r.net.NewState(r.check.on.Options.Precision, 1)
	for _, name := range []string{hopfield.StateField, hopfield.ProbeField, hopfield.BeforeField} {
		if a := s.Array(name); a != nil {
			p.Write(a.Ints)
		}
	}
	return r.backend.SetState(s)
}

// give makes a sweep with given draws, and gives its sums.
func (r *run) give(order []int32, uniforms []uint32) ([]float64, error) {
	draws := make(map[rng.Purpose][]float64)
	for _, i := range order {
		draws[rng.HopfieldOrder] = append(draws[rng.HopfieldOrder], float64(i))
	}
	for _, m := range uniforms {
		draws[rng.HopfieldRecall] = append(draws[rng.HopfieldRecall], (float64(m)+0.5)*0x1p-23)
	}
	given, ok := r.backend.(backend.Given)
	if !ok {
		return nil, fmt.Errorf("the backend %s takes no given draws", r.backend.Describe().Backend)
	}
	if err := given.Give(draws); err != nil {
		return nil, err
	}
	return r.backend.Advance(1)
}

// text is the present state.
func (r *run) text() (string, error) {
	s, err := r.backend.State()
	if err != nil {
		return "", err
	}
	return textOf(s.Array(hopfield.StateField)), nil
}

func textOf(a *state.Array) string {
	p := hopfield.NewPattern(len(a.Ints))
	for i, v := range a.Ints {
		p.Set(i, v > 0)
	}
	return p.Text(len(a.Ints))
}

// state compares the present state.
func (r *run) state(want, what string, args ...any) error {
	got, err := r.text()
	exact(r.check, got, want, what, args...)
	return err
}

// units are 0 to n-1.
func units(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}
