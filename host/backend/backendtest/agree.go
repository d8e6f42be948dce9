package backendtest

import (
	"fmt"
	"math"
	"tnn-gpu/host/model"
	"tnn-gpu/host/sim"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
)

// Agree advances two backends of one network, both at the same step, side by
// side to each of the moments, which are steps in rising order. All sums of all
// steps and, at the moments, all fields must have the same bits, derived ones
// included. Where they do not, the test fails with the first step, field and node
// that differ and both values.
func Agree(t T, net model.Network, want, have backend.Backend, moments ...int64) {
	t.Helper()
	watchAll(t, net, want, have)
	good := Moment(t, want)
	if difference := Differ(net, good, Moment(t, have)); difference != "" {
		t.Fatalf("at step %d: %s", good.Step, difference)
	}
	for _, step := range moments {
		n := int(step - good.Step)
		difference := differAfter(t, net, want, have, n)
		if difference == "" {
			good = Moment(t, want)
			continue
		}
		for _, b := range []backend.Backend{want, have} {
			if err := b.SetState(good); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			if d := differAfter(t, net, want, have, 1); d != "" {
				t.Fatalf("at step %d: %s", good.Step+int64(i)+1, d)
			}
		}
		t.Fatalf("%s; the steps from %d to there, made one by one, agree", difference, good.Step)
	}
}

func watchAll(t T, net model.Network, backends ...backend.Backend) {
	t.Helper()
	for _, b := range backends {
		if err := b.Watch(derived(net)...); err != nil {
			t.Fatal(err)
		}
	}
}

func derived(net model.Network) []string {
	var names []string
	for _, f := range net.Describe().Fields {
		if f.Derived {
			names = append(names, f.Name)
		}
	}
	return names
}

// Moment is the state of a backend.
func Moment(t T, b backend.Backend) *state.State {
	t.Helper()
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// differAfter makes n steps and tells the first difference, or "".
func differAfter(t T, net model.Network, want, have backend.Backend, n int) string {
	t.Helper()
	before := Moment(t, want)
	a, b := Advance(t, want, n), Advance(t, have, n)
	// Fields say more than sums, so they come first.
	if difference := Differ(net, withDerived(t, net, want), withDerived(t, net, have)); difference != "" {
		return difference
	}
	return DifferRows(net, before.Step, before.Replicas, a, b)
}

// Advance makes n steps.
func Advance(t T, b backend.Backend, n int) []float64 {
	t.Helper()
	rows, err := b.Advance(n)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// withDerived is the state and the watched fields.
func withDerived(t T, net model.Network, b backend.Backend) *state.State {
	t.Helper()
	s := Moment(t, b)
	for _, name := range derived(net) {
		a, err := b.Field(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Arrays = append(s.Arrays, *a)
	}
	return s
}

// DifferRows compares what Advance returned of the steps after one, as far as the
// steps have rows, and tells the first difference, or "".
func DifferRows(net model.Network, after int64, replicas int, want, have []float64) string {
	if len(want) != len(have) {
		return fmt.Sprintf("%d sums against %d", len(want), len(have))
	}
	names := net.Describe().Sums
	for i := range want {
		if math.Float64bits(want[i]) == math.Float64bits(have[i]) {
			continue
		}
		row := i / len(names)
		step := after + 1 + int64(row/replicas)
		if hasRow(net, step) {
			return fmt.Sprintf("the sum of %s of replica %d in step %d: %v against %v", names[i%len(names)], row%replicas, step, want[i], have[i])
		}
	}
	return ""
}

// Differ tells the first field and place at which two states of a network have
// different bits, with both values, or "".
func Differ(net model.Network, want, have *state.State) string {
	if want.Step != have.Step {
		return fmt.Sprintf("step %d against %d", want.Step, have.Step)
	}
	d, err := state.Diff(want, have)
	if err != nil {
		return err.Error()
	}
	if d == nil {
		return ""
	}
	return fmt.Sprintf("%s of %s: %v against %v (%d values of this field differ)",
		d.Field, sim.Place(net, want.Array(d.Field), d.Index, want.Replicas), d.A, d.B, d.Count)
}
