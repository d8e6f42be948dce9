// Package backendtest holds what every backend must do for a network of any model:
// a suite of its parts, the search for the first bit in which two backends differ,
// and runs that are taken up by another backend.
package backendtest

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// T is what the suite needs of a *testing.T.
type T interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
}

// Suite checks a backend that holds three replicas of a network, of which the first
// and the last have one key, and one number where numbers tell replicas apart.
type Suite struct {
	T
	Net       model.Network
	Precision state.Precision
	Backend   backend.Backend
	Start     *state.State // after opening
	Steps     int          // that most parts make
	open      backend.Open
	about     model.Description
}

// Keys are those of the suite's replicas.
func Keys() []uint64 { return []uint64{5, 1<<40 + 6, 5} }

// numbered gives the replicas of a network numbers, where it tells them apart by those.
func numbered(net model.Network, numbers ...int) model.Network {
	if n, ok := net.(model.Numbered); ok {
		return n.Numbered(numbers)
	}
	return net
}

// OrSkip skips what asks a device for double precision that it has not, and fails on
// other errors of opening.
func OrSkip(t T, err error) {
	t.Helper()
	if errors.Is(err, backend.ErrNoDouble) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// New opens a network for the suite, of which most parts make some steps, 4 or more.
func New(t T, open backend.Open, net model.Network, p state.Precision, steps int) *Suite {
	t.Helper()
	net = numbered(net, 0, 1, 0)
	b, err := open(net, backend.Options{Precision: p, Seeds: Keys()})
	OrSkip(t, err)
	return &Suite{T: t, Net: net, Precision: p, Backend: b, Start: Moment(t, b), Steps: steps, open: open, about: net.Describe()}
}

// All checks all that is asked of every backend.
func (s *Suite) All() {
	s.describes()
	s.keepsState()
	s.holds()
	s.refusesOtherStates()
	s.advances()
	s.watches()
	s.refusesUnknownNames()
	s.replicates()
	s.Rewind()
}

// Close ends the suite.
func (s *Suite) Close() {
	if err := s.Backend.Close(); err != nil {
		s.Errorf("closing: %v", err)
	}
}

// Rewind goes back to the start.
func (s *Suite) Rewind() {
	s.Helper()
	if err := s.Backend.SetState(s.Start); err != nil {
		s.Fatal(err)
	}
}

// Advance makes the suite's steps.
func (s *Suite) Advance() []float64 { return Advance(s.T, s.Backend, s.Steps) }

// Expect checks that the backend is in a state.
func (s *Suite) Expect(want *state.State, when string) {
	s.Helper()
	if d := Differ(s.Net, want, Moment(s.T, s.Backend)); d != "" {
		s.Errorf("%s: %s", when, d)
	}
}

// ExpectRows checks sums of the steps after one.
func (s *Suite) ExpectRows(want, have []float64, after int64, when string) {
	s.Helper()
	if d := DifferRows(s.Net, after, len(Keys()), want, have); d != "" {
		s.Errorf("%s: %s", when, d)
	}
}

func (s *Suite) describes() {
	d := s.Backend.Describe()
	if d.Precision != s.Precision || d.Backend == "" || d.Device == "" || d.Bytes <= 0 {
		s.Errorf("it describes itself as %+v", d)
	}
	if err := s.Net.CheckState(s.Start, s.Precision, len(Keys())); err != nil {
		s.Errorf("the start: %v", err)
	}
	if s.Start.Step != 0 {
		s.Errorf("the start is step %d", s.Start.Step)
	}
}

// holds: what a backend has at hand is its state of the moment, and its step is a copy.
func (s *Suite) holds() {
	h, ok := s.Backend.(backend.Holder)
	if !ok {
		return
	}
	for range 2 {
		Advance(s.T, s.Backend, 1)
		held := h.Held()
		want := Moment(s.T, s.Backend)
		if d := Differ(s.Net, want, held); d != "" || held.Precision != want.Precision || held.Replicas != want.Replicas {
			s.Errorf("what the backend holds is not its state: %s", d)
		}
		held.Step += 1000
		if step := Moment(s.T, s.Backend).Step; step != want.Step {
			s.Errorf("the number of the step of what the backend holds is its own: %d became %d", want.Step, step)
		}
	}
}

// keepsState: what is set is what is got, a copy both times, and all that the
// future depends on.
func (s *Suite) keepsState() {
	Advance(s.T, s.Backend, 3)
	want := Moment(s.T, s.Backend)
	if want.Step != 3 {
		s.Errorf("after 3 steps it is at step %d", want.Step)
	}
	rows := s.Advance()
	after := Moment(s.T, s.Backend)

	set := want.Clone()
	if err := s.Backend.SetState(set); err != nil {
		s.Fatal(err)
	}
	scribble(set)
	s.Expect(want, "the state set before")
	scribble(Moment(s.T, s.Backend))
	s.Expect(want, "the state that was got and changed")
	for _, f := range s.about.Fields {
		if f.Derived {
			continue
		}
		got, err := s.Backend.Field(f.Name, nil)
		if err != nil {
			s.Fatal(err)
		}
		s.Reuses(got)
		if d, err := state.Diff(&state.State{Arrays: []state.Array{*want.Array(f.Name)}}, &state.State{Arrays: []state.Array{*got}}); err != nil || d != nil {
			s.Errorf("field %s is not what the state has: %v %v", f.Name, d, err)
		}
	}
	s.ExpectRows(rows, s.Advance(), 3, "the same steps from the same state")
	s.Expect(after, "the same steps from the same state")
}

// Reuses checks that a field is read into an array that fits, whatever it holds, and
// into no other.
func (s *Suite) Reuses(field *state.Array) {
	s.Helper()
	like := state.Field{Name: "used", Kind: field.Kind}
	used, other := state.NewArray(like, s.Precision, field.Len()), state.NewArray(like, s.Precision, field.Len()+1)
	scribble(&state.State{Arrays: []state.Array{used}})
	for _, into := range []*state.Array{&used, &other} {
		got, err := s.Backend.Field(field.Name, into)
		if err != nil {
			s.Fatal(err)
		}
		if (got == into) != (into == &used) || other.Len() != field.Len()+1 || !reflect.DeepEqual(got, field) {
			s.Errorf("field %s is not read well into an array of %d values", field.Name, into.Len())
		}
	}
}

// scribble changes every value.
func scribble(x *state.State) {
	for i := range x.Arrays {
		for k := range x.Arrays[i].Len() {
			x.Arrays[i].Set(k, 7-x.Arrays[i].At(k))
		}
	}
}

func (s *Suite) refusesOtherStates() {
	s.Rewind()
	other := state.Double
	if s.Precision == state.Double {
		other = state.Single
	}
	short := s.Start.Clone()
	short.Arrays = short.Arrays[1:]
	for what, bad := range map[string]*state.State{
		"the other precision": s.Net.NewState(other, len(Keys())),
		"another replica":     s.Net.NewState(s.Precision, len(Keys())+1),
		"a field too few":     short,
	} {
		if s.Backend.SetState(bad) == nil {
			s.Errorf("a state with %s was taken", what)
		}
	}
	s.Expect(s.Start, "the state before others that were refused")
}

// advances: n steps are n times one step, and no step is none.
func (s *Suite) advances() {
	s.Rewind()
	if rows := Advance(s.T, s.Backend, 0); len(rows) != 0 {
		s.Errorf("no step gives %d sums", len(rows))
	}
	s.Expect(s.Start, "after no step")
	rows := s.Advance()
	want := Moment(s.T, s.Backend)
	sums := len(s.about.Sums)
	if n := s.Steps * len(Keys()) * sums; len(rows) != n {
		s.Fatalf("%d steps give %d sums, want %d", s.Steps, len(rows), n)
	}
	for row := range len(rows) / sums {
		step, of := int64(row/len(Keys())+1), rows[row*sums:(row+1)*sums]
		if !hasRow(s.Net, step) || hasEnded(s.Net, of) {
			continue
		}
		for i, v := range of {
			if v-v != 0 {
				s.Fatalf("the sum of %s of step %d is %v", s.about.Sums[i], step, v)
			}
		}
	}
	s.Rewind()
	var single []float64
	for range s.Steps {
		single = append(single, Advance(s.T, s.Backend, 1)...)
	}
	s.ExpectRows(rows, single, 0, "steps one by one against all at once")
	s.Expect(want, "steps one by one against all at once")
}

// watches: derived fields are there while they are watched, and change nothing.
func (s *Suite) watches() {
	s.Rewind()
	rows := s.Advance()
	want := Moment(s.T, s.Backend)
	names := derived(s.Net)
	if len(names) == 0 {
		return
	}
	for _, watch := range [][]string{names, names[:1]} {
		s.Rewind()
		if err := s.Backend.Watch(watch...); err != nil {
			s.Fatal(err)
		}
		s.ExpectRows(rows, s.Advance(), 0, fmt.Sprintf("watching %v", watch))
		s.Expect(want, fmt.Sprintf("watching %v", watch))
		for _, name := range watch {
			s.watched(name)
		}
	}
	if len(names) > 1 {
		s.unwatched(names[1])
	}
	if err := s.Backend.Watch(); err != nil {
		s.Fatal(err)
	}
	s.unwatched(names[0])
}

// watched reads a derived field.
func (s *Suite) watched(name string) {
	f, _ := s.about.Field(name)
	a, err := s.Backend.Field(name, nil)
	if err != nil {
		s.Fatal(err)
	}
	if a.Name != name || a.Space != f.Space || a.Kind != f.Kind || a.Len()%f.Copies(len(Keys())) != 0 || f.Kind == state.Real && a.Precision() != s.Precision {
		s.Fatalf("field %s is %q of %d values per %s", name, a.Name, a.Len(), a.Space)
	}
	s.Reuses(a)
}

func (s *Suite) unwatched(name string) {
	s.Helper()
	if _, err := s.Backend.Field(name, nil); !errors.Is(err, backend.ErrUnknownField) {
		s.Errorf("field %s, which is not watched: %v, want ErrUnknownField", name, err)
	}
}

func (s *Suite) refusesUnknownNames() {
	for _, name := range []string{"", "colour", "State"} {
		if _, err := s.Backend.Field(name, nil); !errors.Is(err, backend.ErrUnknownField) {
			s.Errorf("field %q: %v, want ErrUnknownField", name, err)
		}
	}
	for _, name := range []string{"", "colour", s.Start.Arrays[0].Name} {
		if err := s.Backend.Watch(name); !errors.Is(err, backend.ErrUnknownField) {
			s.Errorf("watching %q: %v, want ErrUnknownField", name, err)
		}
	}
	for _, name := range []string{"", "no such control"} {
		if err := s.Backend.Control(name, 0); !errors.Is(err, model.ErrUnknownControl) {
			s.Errorf("control %q: %v, want ErrUnknownControl", name, err)
		}
	}
}

// replicates: every replica does what its key does alone.
func (s *Suite) replicates() {
	s.Rewind()
	rows := s.Advance()
	all := Moment(s.T, s.Backend)
	first, last := s.replica(all, 0), s.replica(all, len(Keys())-1)
	if d := Differ(s.Net, first, last); d != "" {
		s.Errorf("two replicas of one key: %s", d)
	}
	lone, err := s.open(numbered(s.Net, 1), backend.Options{Precision: s.Precision, Seeds: Keys()[1:2]})
	if err != nil {
		s.Fatal(err)
	}
	defer lone.Close()
	if d := Differ(s.Net, s.replica(s.Start, 1), Moment(s.T, lone)); d != "" {
		s.Errorf("the start of a replica against one alone: %s", d)
	}
	alone := Advance(s.T, lone, s.Steps)
	if d := Differ(s.Net, s.replica(all, 1), Moment(s.T, lone)); d != "" {
		s.Errorf("a replica against one alone: %s", d)
	}
	var own []float64
	sums := len(s.about.Sums)
	for i := 1; i < s.Steps*len(Keys()); i += len(Keys()) {
		own = append(own, rows[i*sums:(i+1)*sums]...)
	}
	if d := DifferRows(s.Net, 0, 1, own, alone); d != "" {
		s.Errorf("a replica against one alone: %s", d)
	}
}

// replica cuts one replica out of a state of the suite.
func (s *Suite) replica(x *state.State, r int) *state.State {
	one := s.Net.NewState(x.Precision, 1)
	one.Step = x.Step
	for i := range one.Arrays {
		from := &x.Arrays[i]
		for k := range one.Arrays[i].Len() {
			one.Arrays[i].Set(k, from.At(from.First(r, x.Replicas)+k))
		}
	}
	return one
}

// Differs tells whether the replicas of two keys have parted, as they must where a
// network has noise.
func (s *Suite) Differs() bool {
	s.Rewind()
	s.Advance()
	all := Moment(s.T, s.Backend)
	return Differ(s.Net, s.replica(all, 0), s.replica(all, 1)) != ""
}

// Place names an index of a field.
func Place(net model.Network, a *state.Array, index, replicas int) string {
	return sim.Place(net, a, index, replicas)
}

// hasRow tells whether the sums of a step are of interest.
func hasRow(net model.Network, step int64) bool {
	r, ok := net.(model.Recorded)
	return !ok || r.NextRow(step-1) == step
}

func hasEnded(net model.Network, sums []float64) bool {
	e, ok := net.(model.Ended)
	return ok && e.HasEnded(sums)
}

// Same tells whether two arrays have the same bits.
func Same(a, b *state.Array) bool {
	for i := range a.Len() {
		if math.Float64bits(a.At(i)) != math.Float64bits(b.At(i)) {
			return false
		}
	}
	return true
}
