package compare_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/compare"
	"tnn-gpu/host/sim/simtest"
	"tnn-gpu/host/state"
)

const nodes = 5

// changing is a backend that changes one value of a field before a step.
func changing(step int64, field string, index int) backend.Backend {
	b := simtest.NewBackend(simtest.Model{Nodes: nodes}, state.Single, 2)
	b.BeforeStep = func(now int64) {
		if now != step {
			return
		}
		s, err := b.State()
		if err != nil {
			panic(err)
		}
		a := s.Array(field)
		a.Set(index, a.At(index)+0.25)
		if err := b.SetState(s); err != nil {
			panic(err)
		}
	}
	return b
}

// other is a backend that differs from the one in it.
type other struct {
	backend.Backend
	tolerant bool
	sum      int // added to this sum of every step, if it is there
	fails    error
}

func (o other) Describe() backend.Description {
	d := o.Backend.Describe()
	d.Strict = !o.tolerant
	return d
}

func (o other) Advance(n int) ([]float64, error) {
	if o.fails != nil {
		return nil, o.fails
	}
	sums, err := o.Backend.Advance(n)
	if o.sum < len(sums) {
		sums[o.sum]++
	}
	return sums, err
}

func run(t *testing.T, steps int64, backends ...backend.Backend) *compare.Result {
	t.Helper()
	var in []compare.Contestant
	for _, b := range backends {
		in = append(in, compare.Contestant{Name: "some", Backend: b})
	}
	r, err := compare.Run(context.Background(), simtest.Model{Nodes: nodes}, in, steps)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEqual(t *testing.T) {
	r := run(t, 20, changing(0, "", 0), changing(0, "", 0))
	want := []compare.Pair{{Reference: 0, Other: 1, Strict: true}}
	if diff := cmp.Diff(want, r.Pairs); diff != "" {
		t.Error(diff)
	}
}

// TestParting finds the step, the field and the original item of a change.
func TestParting(t *testing.T) {
	const perReplica = nodes + 1
	tests := []struct {
		field string
		index int
		where string
	}{
		{"state", 2, "node 3 of replica 0"},
		{"state", perReplica + 5, "node 0 of replica 1"},
		{"state", 0, "node at position 0 of replica 0"}, // padding
		{"weight", 0, "edge 0-0 of replica 0"},
		{"weight", nodes, "edge 0-1 of replica 0"},
		{"weight", nodes + 1 + 2, "edge 3-4 of replica 1"},
		{"charge", 4, "node 2, edge to 3 of replica 0"},
		{"charge", 5, "node 3, edge to 2 of replica 0"},
		{"charge", 2 * nodes, "node 0, edge to 0 of replica 0"},
	}
	for _, test := range tests {
		r := run(t, 9, changing(0, "", 0), changing(7, test.field, test.index))
		d := r.Pairs[0].Parted
		want := &compare.Parting{Step: 7, Field: test.field, Where: test.where, Count: 1}
		if diff := cmp.Diff(want, d, cmpopts.IgnoreFields(compare.Parting{}, "Reference", "Other")); diff != "" {
			t.Errorf("a change of %s %d: %s", test.field, test.index, diff)
		}
		if d != nil && d.Reference == d.Other {
			t.Errorf("a change of %s %d: both values are %v", test.field, test.index, d.Other)
		}
	}
}

// TestPartingOfSums: the states are right, what is made of them is not.
func TestPartingOfSums(t *testing.T) {
	r := run(t, 9, changing(0, "", 0), other{Backend: changing(0, "", 0), sum: 3})
	d := r.Pairs[0].Parted
	if d == nil || d.Step != 1 || d.Field != "sum of square" || d.Where != "replica 1" || d.Other != d.Reference+1 {
		t.Errorf("the parting is %+v", d)
	}
}

// TestPairs: each is compared with the first of its precision.
func TestPairs(t *testing.T) {
	double := func() backend.Backend {
		return simtest.NewBackend(simtest.Model{Nodes: nodes}, state.Double, 2)
	}
	none := 1 << 10
	r := run(t, 2, changing(0, "", 0), double(), changing(0, "", 0), other{Backend: double(), tolerant: true, sum: none}, double())
	var got [][3]any
	for _, p := range r.Pairs {
		got = append(got, [3]any{p.Reference, p.Other, p.Strict})
	}
	want := [][3]any{{0, 1, false}, {0, 2, true}, {1, 3, false}, {1, 4, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d := r.Pairs[0].Parted; d == nil || d.Step != 0 {
		t.Errorf("single and double precision part as %+v", d)
	}
}

// TestObservables computes means and deviations from the rows by the book.
func TestObservables(t *testing.T) {
	const steps = 6
	model := simtest.Model{Nodes: nodes}
	b := simtest.NewBackend(model, state.Single, 2)
	var values []float64
	for range steps {
		sums, err := b.Advance(1)
		if err != nil {
			t.Fatal(err)
		}
		rows := [2][]float64{make([]float64, 2), make([]float64, 2)}
		model.Row(rows[0], sums[:2])
		model.Row(rows[1], sums[2:])
		values = append(values, (rows[0][1]+rows[1][1])/2)
	}
	var mean, squares float64
	for _, v := range values {
		mean += v / steps
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	got := run(t, steps, changing(0, "", 0)).Observables[0][1]
	if math.Abs(got.Mean-mean) > 1e-14 || math.Abs(got.Deviation-math.Sqrt(squares/(steps-1))) > 1e-14 {
		t.Errorf("the observable is %+v, want mean %v and deviation %v", got, mean, math.Sqrt(squares/(steps-1)))
	}
}

func TestFailures(t *testing.T) {
	gone := errors.New("the device is gone")
	in := []compare.Contestant{{Name: "this", Backend: changing(0, "", 0)}, {Name: "that", Backend: other{Backend: changing(0, "", 0), fails: gone}}}
	_, err := compare.Run(context.Background(), simtest.Model{Nodes: nodes}, in, 3)
	if !errors.Is(err, gone) || !strings.Contains(err.Error(), "step 1 on that failed") {
		t.Errorf("the error is %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := compare.Run(ctx, simtest.Model{Nodes: nodes}, in, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	in[1].Backend = simtest.NewBackend(simtest.Model{Nodes: nodes + 1}, state.Single, 2)
	if _, err := compare.Run(context.Background(), simtest.Model{Nodes: nodes}, in, 3); err == nil || !strings.Contains(err.Error(), "this and that cannot be compared") {
		t.Errorf("the error is %v", err)
	}
}
