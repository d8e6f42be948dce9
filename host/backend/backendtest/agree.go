package backendtest

import (
	"fmt"
	"math"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Agree advances two backends of one network, both at the same step, side by
// side to each of the moments, which are steps in rising order. All sums of all
// steps and, at the moments, all fields must have the same bits, derived ones
// included. Where they do not, the test fails with the first step, field and node
// that differ and both values.
func Agree(t testing.TB, net *tnn.Network, want, have backend.Backend, moments ...int64) {
	t.Helper()
	watchAll(t, net, want, have)
	good := moment(t, want)
	if difference := Differ(net, good, moment(t, have)); difference != "" {
		t.Fatalf("at step %d: %s", good.Step, difference)
	}
	for _, step := range moments {
		n := int(step - good.Step)
		difference := differAfter(t, net, want, have, n)
		if difference == "" {
			good = moment(t, want)
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

func watchAll(t testing.TB, net *tnn.Network, backends ...backend.Backend) {
	t.Helper()
	for _, b := range backends {
		if err := b.Watch(derived(net)...); err != nil {
			t.Fatal(err)
		}
	}
}

func derived(net *tnn.Network) []string {
	var names []string
	for _, f := range tnn.Fields(net.Spec.Network.Rule) {
		if f.Derived {
			names = append(names, f.Name)
		}
	}
	return names
}

func moment(t testing.TB, b backend.Backend) *state.State {
	t.Helper()
	s, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// differAfter makes n steps and tells the first difference, or "".
func differAfter(t testing.TB, net *tnn.Network, want, have backend.Backend, n int) string {
	t.Helper()
	a, b := advance(t, want, n), advance(t, have, n)
	// Fields say more than sums, so they come first.
	if difference := Differ(net, withDerived(t, net, want), withDerived(t, net, have)); difference != "" {
		return difference
	}
	return differRows(net, a, b)
}

func advance(t testing.TB, b backend.Backend, n int) []float64 {
	t.Helper()
	rows, err := b.Advance(n)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// withDerived is the state and the watched fields.
func withDerived(t testing.TB, net *tnn.Network, b backend.Backend) *state.State {
	t.Helper()
	s := moment(t, b)
	for _, name := range derived(net) {
		a, err := b.Field(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Arrays = append(s.Arrays, *a)
	}
	return s
}

// differRows compares what Advance returned.
func differRows(net *tnn.Network, want, have []float64) string {
	if len(want) != len(have) {
		return fmt.Sprintf("%d sums against %d", len(want), len(have))
	}
	names := net.Describe().Sums
	for i := range want {
		if math.Float64bits(want[i]) != math.Float64bits(have[i]) {
			return fmt.Sprintf("the sum of %s in row %d: %v against %v", names[i%len(names)], i/len(names), want[i], have[i])
		}
	}
	return ""
}

// Differ tells the first field and place at which two states of a network have
// different bits, with both values, or "".
func Differ(net *tnn.Network, want, have *state.State) string {
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
	n := net.Length(d.Space)
	return fmt.Sprintf("%s of %s, replica %d: %v against %v (%d values of this field differ)",
		d.Field, place(net, d.Space, d.Index%n), d.Index/n, d.A, d.B, d.Count)
}

// place names an index of a field as a reader of the graph would.
func place(net *tnn.Network, per state.Space, index int) string {
	l := net.Layout
	switch per {
	case state.HalfEdge:
		slice := 0
		for l.Rows[slice+1]*tnn.Lanes <= int64(index) {
			slice++
		}
		id := l.ID[slice*tnn.Lanes+index%tnn.Lanes]
		if n := l.Neighbour[index]; n >= 0 {
			return fmt.Sprintf("node %d's end of its edge to node %d", id, l.ID[n])
		}
		return fmt.Sprintf("no edge of node %d", id)
	case state.Edge:
		for i, e := range net.Graph.Edges {
			if int(l.EdgeWeight[i]) == index {
				return fmt.Sprintf("edge %d-%d", e.A, e.B)
			}
		}
	}
	if id := l.ID[index]; id >= 0 {
		return fmt.Sprintf("node %d", id)
	}
	return fmt.Sprintf("position %d, where no node is", index)
}
