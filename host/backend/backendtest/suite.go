package backendtest

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Run runs the suite that every backend must pass, on each of the networks in
// both precisions.
func Run(t *testing.T, open backend.Open, networks []Case) {
	for _, c := range networks {
		for _, p := range []state.Precision{state.Single, state.Double} {
			t.Run(c.Name+"/"+p.String(), func(t *testing.T) {
				s := newSuite(t, c.Network(t), open, p)
				s.describes()
				s.keepsState()
				s.refusesOtherStates()
				s.advances()
				s.watches()
				s.controlsAdapt()
				s.controlsExternals()
				s.refusesUnknownNames()
				s.replicates(open)
				if err := s.b.Close(); err != nil {
					t.Errorf("closing: %v", err)
				}
			})
		}
	}
}

// steps is how many steps most parts of the suite make. It is more than the first
// era of everyMode has.
const steps = 24

// seeds of the suite's replicas: the first and the last must stay alike.
var seeds = [...]uint64{5, 1<<40 + 6, 5}

type suite struct {
	*testing.T
	net       *tnn.Network
	precision state.Precision
	b         backend.Backend
	start     *state.State
}

func newSuite(t *testing.T, net *tnn.Network, open backend.Open, p state.Precision) *suite {
	t.Helper()
	b, err := open(net, backend.Options{Precision: p, Seeds: seeds[:]})
	if err != nil {
		t.Fatal(err)
	}
	return &suite{T: t, net: net, precision: p, b: b, start: moment(t, b)}
}

// rewind goes back to the start.
func (s *suite) rewind() {
	s.Helper()
	if err := s.b.SetState(s.start); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) control(name string, value float64) {
	s.Helper()
	if err := s.b.Control(name, value); err != nil {
		s.Fatal(err)
	}
}

// expect checks that the backend is in a state.
func (s *suite) expect(want *state.State, when string) {
	s.Helper()
	if d := Differ(s.net, want, moment(s.T, s.b)); d != "" {
		s.Errorf("%s: %s", when, d)
	}
}

func (s *suite) describes() {
	d := s.b.Describe()
	if d.Precision != s.precision || d.Backend == "" || d.Device == "" || d.Bytes <= 0 {
		s.Errorf("it describes itself as %+v", d)
	}
	if err := s.net.CheckState(s.start, s.precision, len(seeds)); err != nil {
		s.Errorf("the start: %v", err)
	}
	if s.start.Step != 0 {
		s.Errorf("the start is step %d", s.start.Step)
	}
}

// keepsState: what is set is what is got, a copy both times, and all that the
// future depends on.
func (s *suite) keepsState() {
	advance(s.T, s.b, 3)
	want := moment(s.T, s.b)
	if want.Step != 3 {
		s.Errorf("after 3 steps it is at step %d", want.Step)
	}
	rows := advance(s.T, s.b, steps)
	after := moment(s.T, s.b)

	set := want.Clone()
	if err := s.b.SetState(set); err != nil {
		s.Fatal(err)
	}
	scribble(set)
	s.expect(want, "the state set before")
	scribble(moment(s.T, s.b))
	s.expect(want, "the state that was got and changed")
	for _, f := range tnn.Fields(s.net.Spec.Network.Rule) {
		if f.Derived {
			continue
		}
		got, err := s.b.Field(f.Name, nil)
		if err != nil {
			s.Fatal(err)
		}
		s.reuses(got)
		if d, err := state.Diff(&state.State{Arrays: []state.Array{*want.Array(f.Name)}}, &state.State{Arrays: []state.Array{*got}}); err != nil || d != nil {
			s.Errorf("field %s is not what the state has: %v %v", f.Name, d, err)
		}
	}
	if d := differRows(s.net, rows, advance(s.T, s.b, steps)); d != "" {
		s.Errorf("the same steps from the same state: %s", d)
	}
	s.expect(after, "the same steps from the same state")
}

// reuses: a field is read into an array that fits, whatever it holds, and into
// no other.
func (s *suite) reuses(field *state.Array) {
	s.Helper()
	used, shorter := state.NewArray(state.Field{Name: "used"}, s.precision, field.Len()), state.NewArray(state.Field{}, s.precision, 1)
	for i := range field.Len() {
		used.Set(i, -7)
	}
	for _, into := range []*state.Array{&used, &shorter} {
		got, err := s.b.Field(field.Name, into)
		if err != nil {
			s.Fatal(err)
		}
		if (got == into) != (into == &used) || shorter.Len() != 1 || !reflect.DeepEqual(got, field) {
			s.Errorf("field %s is not read well into an array of %d values", field.Name, into.Len())
		}
	}
}

func scribble(x *state.State) {
	for i := range x.Arrays {
		for k := range x.Arrays[i].Len() {
			x.Arrays[i].Set(k, 7)
		}
	}
}

func (s *suite) refusesOtherStates() {
	s.rewind()
	other := state.Double
	if s.precision == state.Double {
		other = state.Single
	}
	short := s.start.Clone()
	short.Arrays = short.Arrays[1:]
	for what, bad := range map[string]*state.State{
		"the other precision": s.net.NewState(other, len(seeds)),
		"another replica":     s.net.NewState(s.precision, len(seeds)+1),
		"a field too few":     short,
	} {
		if s.b.SetState(bad) == nil {
			s.Errorf("a state with %s was taken", what)
		}
	}
	s.expect(s.start, "the state before others that were refused")
}

// advances: n steps are n times one step, and no step is none.
func (s *suite) advances() {
	s.rewind()
	if rows := advance(s.T, s.b, 0); len(rows) != 0 {
		s.Errorf("no step gives %d sums", len(rows))
	}
	s.expect(s.start, "after no step")
	rows := advance(s.T, s.b, steps)
	want := moment(s.T, s.b)
	if n := steps * len(seeds) * int(tnn.Sums); len(rows) != n {
		s.Fatalf("%d steps give %d sums, want %d", steps, len(rows), n)
	}
	for i, v := range rows {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			s.Fatalf("sum %d of step %d is %v", i%int(tnn.Sums), i/(len(seeds)*int(tnn.Sums))+1, v)
		}
	}
	s.rewind()
	var single []float64
	for range steps {
		single = append(single, advance(s.T, s.b, 1)...)
	}
	if d := differRows(s.net, rows, single); d != "" {
		s.Errorf("steps one by one against all at once: %s", d)
	}
	s.expect(want, "steps one by one against all at once")
}

// watches: derived fields are there while they are watched, add up to the sums of
// the step, and change nothing.
func (s *suite) watches() {
	s.rewind()
	rows := advance(s.T, s.b, steps)
	want := moment(s.T, s.b)
	names := derived(s.net)
	for _, watch := range [][]string{names, names[:1]} {
		s.rewind()
		if err := s.b.Watch(watch...); err != nil {
			s.Fatal(err)
		}
		if d := differRows(s.net, rows, advance(s.T, s.b, steps)); d != "" {
			s.Errorf("watching %v: %s", watch, d)
		}
		s.expect(want, fmt.Sprintf("watching %v", watch))
		for _, name := range watch {
			s.addsUp(name, rows[(steps-1)*len(seeds)*int(tnn.Sums):])
		}
	}
	s.unwatched(names[1])
	if err := s.b.Watch(); err != nil {
		s.Fatal(err)
	}
	s.unwatched(names[0])
}

func (s *suite) unwatched(name string) {
	s.Helper()
	if _, err := s.b.Field(name, nil); !errors.Is(err, backend.ErrUnknownField) {
		s.Errorf("field %s, which is not watched: %v, want ErrUnknownField", name, err)
	}
}

// addsUp compares a derived field of the last step with the sums of that step.
func (s *suite) addsUp(name string, last []float64) {
	a, err := s.b.Field(name, nil)
	if err != nil {
		s.Fatal(err)
	}
	if a.Name != name || a.Space != state.Node || a.Len() != len(seeds)*s.net.Layout.Positions || a.Precision() != s.precision {
		s.Fatalf("field %s is %q of %d values per %s", name, a.Name, a.Len(), a.Space)
	}
	s.reuses(a)
	sum := map[string]tnn.Sum{"entropy": tnn.SumEntropy, "fluctuating": tnn.SumFluctuating,
		"dissipation": tnn.SumDissipation, "transport": tnn.SumTransport}[name]
	// Every addition rounds, to half a unit in the last place of a sum.
	rounding := map[state.Precision]float64{state.Single: 0x1p-24, state.Double: 0x1p-53}[s.precision]
	for r := range seeds {
		total, magnitude := 0.0, 0.0
		for at := range s.net.Layout.Positions {
			v := a.At(r*s.net.Layout.Positions + at)
			s.plausible(name, at, v)
			total += v
			magnitude += math.Abs(v)
		}
		want := last[r*int(tnn.Sums)+int(sum)]
		if !(math.Abs(total-want) <= float64(s.net.Graph.Nodes)*rounding*magnitude) {
			s.Errorf("%s of all nodes of replica %d is %v, but the step's sum is %v", name, r, total, want)
		}
	}
}

func (s *suite) plausible(name string, at int, v float64) {
	network := s.net.Layout.ID[at] >= 0 && s.net.IsNetwork(s.net.Layout.ID[at])
	// The entropy of n levels is at most ln n, up to rounding, and it is divided by
	// the logarithm of about as many levels or of 3.
	ok := v >= -1e-5 && !math.IsInf(v, 0)
	switch {
	case !network:
		ok = v == 0
	case name == "entropy":
		ok = ok && v <= 1.2
	case name == "fluctuating":
		ok = v == 0 || v == 1
	}
	if !ok {
		s.Errorf("%s of %s is %v", name, place(s.net, state.Node, at), v)
	}
}

// controlsAdapt: without adaptation weights stay, and what was never changed and
// what was changed back are the same.
func (s *suite) controlsAdapt() {
	s.rewind()
	rows := advance(s.T, s.b, steps)
	want := moment(s.T, s.b)

	s.rewind()
	s.control("adapt", 0)
	advance(s.T, s.b, steps)
	frozen := moment(s.T, s.b)
	if !same(frozen.Array("weight"), s.start.Array("weight")) {
		s.Error("weights change without adaptation")
	}
	plastic := s.net.Spec.Edge.Kind != tnn.Fixed && s.net.Counts().Plastic > 0
	if plastic == same(want.Array("weight"), s.start.Array("weight")) {
		s.Errorf("weights change with adaptation: %v, want %v", !plastic, plastic)
	}
	s.rewind()
	s.control("adapt", math.NaN())
	if d := differRows(s.net, rows, advance(s.T, s.b, steps)); d != "" {
		s.Errorf("with the control adapt taken back: %s", d)
	}
	s.expect(want, "with the control adapt taken back")
}

func same(a, b *state.Array) bool {
	for i := range a.Len() {
		if math.Float64bits(a.At(i)) != math.Float64bits(b.At(i)) {
			return false
		}
	}
	return true
}

// controlsExternals: an external node stays where it is held, in every replica,
// until it is let go.
func (s *suite) controlsExternals() {
	s.rewind()
	if len(s.net.Externals) == 0 {
		return
	}
	advance(s.T, s.b, steps)
	want := moment(s.T, s.b)
	s.rewind()
	name := fmt.Sprintf("external:%d", s.net.Externals[0].ID)
	at := int(s.net.Layout.Position[s.net.Externals[0].ID])
	for _, v := range []float64{0.25, -1} {
		s.control(name, v)
		advance(s.T, s.b, 1)
		field, err := s.b.Field("state", nil)
		if err != nil {
			s.Fatal(err)
		}
		for r := range seeds {
			if got := field.At(r*s.net.Layout.Positions + at); got != v {
				s.Errorf("replica %d: the external node is held at %v and is at %v", r, v, got)
			}
		}
	}
	s.control(name, math.NaN())
	s.rewind()
	advance(s.T, s.b, steps)
	s.expect(want, "with the external node let go")
	for _, v := range []float64{1.5, math.Inf(1)} {
		if s.b.Control(name, v) == nil {
			s.Errorf("an external node can be held at %v", v)
		}
	}
}

func (s *suite) refusesUnknownNames() {
	for _, name := range []string{"", "colour", "State"} {
		if _, err := s.b.Field(name, nil); !errors.Is(err, backend.ErrUnknownField) {
			s.Errorf("field %q: %v, want ErrUnknownField", name, err)
		}
	}
	for _, name := range []string{"", "colour", "state"} {
		if err := s.b.Watch(name); !errors.Is(err, backend.ErrUnknownField) {
			s.Errorf("watching %q: %v, want ErrUnknownField", name, err)
		}
	}
	network := s.net.Schedule[0][0]
	for _, name := range []string{"", "temperature", "external:", "external:x", "external:-1",
		fmt.Sprintf("external:%d", network), fmt.Sprintf("external:%d", s.net.Graph.Nodes)} {
		if err := s.b.Control(name, 0); !errors.Is(err, model.ErrUnknownControl) {
			s.Errorf("control %q: %v, want ErrUnknownControl", name, err)
		}
	}
}

// replicates: every replica does what its seed does alone.
func (s *suite) replicates(open backend.Open) {
	s.rewind()
	rows := advance(s.T, s.b, steps)
	all := moment(s.T, s.b)
	first, last := s.replica(all, 0), s.replica(all, len(seeds)-1)
	if d := Differ(s.net, first, last); d != "" {
		s.Errorf("two replicas of one seed: %s", d)
	}
	if len(s.net.Graph.Edges) > 0 && Differ(s.net, first, s.replica(all, 1)) == "" {
		s.Error("replicas of two seeds are alike")
	}
	lone, err := open(s.net, backend.Options{Precision: s.precision, Seeds: seeds[1:2]})
	if err != nil {
		s.Fatal(err)
	}
	defer lone.Close()
	if d := Differ(s.net, s.replica(s.start, 1), moment(s.T, lone)); d != "" {
		s.Errorf("the start of a replica against one alone: %s", d)
	}
	alone := advance(s.T, lone, steps)
	if d := Differ(s.net, s.replica(all, 1), moment(s.T, lone)); d != "" {
		s.Errorf("a replica against one alone: %s", d)
	}
	var own []float64
	for i := 1; i < steps*len(seeds); i += len(seeds) {
		own = append(own, rows[i*int(tnn.Sums):(i+1)*int(tnn.Sums)]...)
	}
	if d := differRows(s.net, own, alone); d != "" {
		s.Errorf("a replica against one alone: %s", d)
	}
}

// replica cuts one replica out of a state.
func (s *suite) replica(x *state.State, r int) *state.State {
	one := s.net.NewState(x.Precision, 1)
	one.Step = x.Step
	for i := range one.Arrays {
		n := one.Arrays[i].Len()
		for k := range n {
			one.Arrays[i].Set(k, x.Arrays[i].At(r*n+k))
		}
	}
	return one
}
