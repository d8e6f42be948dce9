//go:build opencl && cgo

package hopfield

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	cpu "tnn-gpu/cpuref/hopfield"
	"tnn-gpu/gpu/device/devicetest"
	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/golden"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/hopfield/hopfieldgolden"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// network of the default with changes.
func network(t *testing.T, change func(s *hopfield.Spec)) *hopfield.Network {
	t.Helper()
	s := hopfield.Defaults()
	s.Network.Units, s.Patterns.Load = 63, 0.1
	change(s)
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Build(5, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n.(*hopfield.Network)
}

// advance makes sweeps, in parts, and gives the sums of all, the fields and the state.
func advance(t *testing.T, b backend.Backend, err error, parts ...int) ([]float64, *state.Array, *state.State) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Watch(hopfield.FieldField); err != nil {
		t.Fatal(err)
	}
	var sums []float64
	for _, n := range parts {
		more, err := b.Advance(n)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, more...)
	}
	fields, err := b.Field(hopfield.FieldField, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return sums, fields, s
}

// on opens a network on the device of tests.
func on(t *testing.T, net *hopfield.Network, o backend.Options) (backend.Backend, error) {
	t.Helper()
	d, err := devicetest.Device()
	if err != nil {
		return nil, err
	}
	b, err := New(d, net, o)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return b, nil
}

// cases are networks with each rule and form, each update, at zero temperature and above,
// where there is one.
func cases() map[string]func(s *hopfield.Spec) {
	out := map[string]func(s *hopfield.Spec){}
	cold := []string{"projection with diagonal", "exponential"}
	add := func(name string, updates []hopfield.Update, change func(s *hopfield.Spec)) {
		for _, update := range updates {
			for _, temperature := range []float64{0, 0.4} {
				if temperature > 0 && slices.Contains(cold, name) {
					continue
				}
				out[fmt.Sprint(name, " ", update, temperature)] = func(s *hopfield.Spec) {
					s.Recall.Update, s.Recall.Temperature, s.Recall.Fraction = update, temperature, 0.35
					switch update {
					case hopfield.Blocks:
						s.Recall.Blocks = 4
					case hopfield.Cyclic:
						s.Recall.First, s.Recall.Method = 7, hopfield.Metropolis
					case hopfield.IID:
						s.Recall.Clamped = []int{0, 5, 36}
					}
					change(s)
				}
			}
		}
	}
	all := []hopfield.Update{hopfield.Async, hopfield.Cyclic, hopfield.IID, hopfield.Sync, hopfield.Blocks}
	rule := func(name string, change func(n *hopfield.NetworkSpec)) {
		add(name, all, func(s *hopfield.Spec) { change(&s.Network) })
	}
	rule("matrix", func(*hopfield.NetworkSpec) {})
	rule("hebb without a matrix", func(n *hopfield.NetworkSpec) { n.Matrix, n.Units = false, 37 })
	rule("storkey", func(n *hopfield.NetworkSpec) { n.Rule = hopfield.StorkeyRule })
	rule("projection with diagonal", func(n *hopfield.NetworkSpec) { n.Rule, n.Diagonal = hopfield.ProjectionRule, true })
	rule("mpf", func(n *hopfield.NetworkSpec) { n.Rule, n.Iterations = hopfield.FlowRule, 20 })
	rule("damaged, clipped", func(n *hopfield.NetworkSpec) { n.Damage, n.Clip = 0.2, true })
	rule("thresholds", func(n *hopfield.NetworkSpec) { n.Thresholds = []float64{0.01} })
	rule("cubic", func(n *hopfield.NetworkSpec) { n.Rule, n.Degree = hopfield.Polynomial, 3 })
	rule("exponential", func(n *hopfield.NetworkSpec) { n.Rule, n.Beta = hopfield.Exponential, 0.5 })
	rule("large", func(n *hopfield.NetworkSpec) { n.Units = 1000 })
	add("sequence", []hopfield.Update{hopfield.Sync}, func(s *hopfield.Spec) { s.Network.Rule = hopfield.Sequence })
	add("lattice", append(all, hopfield.Colours), func(s *hopfield.Spec) {
		s.Network.Units = 0
		s.Graph = hopfield.GraphSpec{Kind: graph.Neighbor, Sides: []int{8, 8}, Connections: 12}
	})
	for _, matrix := range []bool{true, false} {
		add(fmt.Sprint("4099 units, matrix ", matrix), []hopfield.Update{hopfield.Async, hopfield.Sync}, func(s *hopfield.Spec) {
			s.Network.Units, s.Network.Matrix, s.Patterns.Load, s.Patterns.Count = 4099, matrix, 0, 33
		})
	}
	return out
}

// A device gives the bits of the reference: every form and update, both precisions where
// it has both.
func TestSameBits(t *testing.T) {
	double := devicetest.Open(t).Info().Double
	for name, change := range cases() {
		net := network(t, change)
		for _, precision := range []state.Precision{state.Single, state.Double} {
			if precision == state.Double && !double {
				continue
			}
			if precision == state.Double && (net.Spec.Recall.Temperature == 0 || net.Spec.Network.Rule != hopfield.Hebb) && !backendtest.Soak() {
				continue // little of it depends on the precision, and compilers take long
			}
			if precision == state.Double && together(net.Spec.Recall.Update) == (len(net.Spec.Graph.Sides) > 0) && !backendtest.Soak() {
				continue // forms take turns in whether units decide together
			}
			if net.N > 500 && net.Spec.Recall.Temperature > 0 && !backendtest.Soak() {
				continue // what is large costs most, and is no other kernel
			}
			o := backend.Options{Precision: precision, Seeds: model.Keys(net.Spec, 5, 3, 1)}
			b, err := cpu.New(net, o)
			wantSums, wantFields, want := advance(t, b, err, 9)
			b, err = on(t, net, o)
			sums, fields, got := advance(t, b, err, 4, 5)
			if !reflect.DeepEqual(wantSums, sums) {
				t.Errorf("%s in %s precision: the sums differ:\n%v\n%v", name, precision, wantSums, sums)
			}
			if !reflect.DeepEqual(wantFields, fields) || !reflect.DeepEqual(want.Arrays, got.Arrays) {
				t.Errorf("%s in %s precision: fields or states differ", name, precision)
			}
		}
	}
}

// Work-groups of any size recall the same: looking ahead changes nothing.
func TestWorkGroups(t *testing.T) {
	devicetest.Open(t)
	for _, name := range []string{"matrix async0", "matrix sync0.4"} {
		net := network(t, cases()[name])
		o := backend.Options{Seeds: model.Keys(net.Spec, 5, 2, 1)}
		b, err := cpu.New(net, o)
		wantSums, _, want := advance(t, b, err, 6)
		sizes := []int{16}
		if backendtest.Soak() {
			sizes = []int{2, 7, 64, 256}
		}
		for _, size := range sizes {
			o.WorkGroup = size
			b, err := on(t, net, o)
			sums, _, got := advance(t, b, err, 6)
			if !reflect.DeepEqual(wantSums, sums) || !reflect.DeepEqual(want.Arrays, got.Arrays) {
				t.Errorf("%s, work-groups of %d: the recall differs", name, size)
			}
		}
	}
}

// A run goes on from its state on another backend.
func TestGoesOn(t *testing.T) {
	devicetest.Open(t)
	net := network(t, cases()["matrix sync0"])
	o := backend.Options{Seeds: model.Keys(net.Spec, 5, 6, 1)}
	b, err := cpu.New(net, o)
	wantSums, _, want := advance(t, b, err, 12)
	b, err = cpu.New(net, o)
	_, _, half := advance(t, b, err, 2)
	b, err = on(t, net, o)
	if err == nil {
		err = b.SetState(half)
	}
	sums, _, got := advance(t, b, err, 10)
	if !reflect.DeepEqual(wantSums[len(wantSums)-len(sums):], sums) || !reflect.DeepEqual(want, got) {
		t.Error("the recall differs after it went on")
	}
}

// A device replays the recorded vectors.
func TestGolden(t *testing.T) {
	devicetest.Open(t)
	open := func(n model.Network, o backend.Options) (backend.Backend, error) {
		return on(t, n.(*hopfield.Network), o)
	}
	names := []string{"glauber"}
	if backendtest.Soak() { // they open a network for each run, and make visits one by one
		names = []string{"recall", "glauber", "seeded", "dense", "extras"}
	}
	for _, name := range names {
		format, text, err := golden.Open("../../testdata/hopfield/" + name + ".json.gz")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range hopfieldgolden.Formats() {
			if f.Name != format {
				continue
			}
			r, err := f.Verify(text, &golden.On{Open: open, Options: backend.Options{}, Tolerance: -1})
			if err != nil || r.Failed {
				t.Errorf("%s: %s, %v", name, r.Detail, err)
			}
		}
	}
}
