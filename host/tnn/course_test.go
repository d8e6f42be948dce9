package tnn

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"tnn-gpu/host/model"
)

// changing is a specification with an external node, whose eras have these changes.
func changing(eras ...[]string) *Spec {
	s := waved(1, ExternalSpec{Periods: []int{4}})
	s.Eras = nil
	for _, e := range eras {
		s.Eras = append(s.Eras, EraSpec{Steps: 10, Adapt: true, Mode: Driven, Change: e})
	}
	return s
}

// TestChangesThatCannotBe are refused, with the entry that has them.
func TestChangesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		changes []string
		at      string
		says    string
	}{
		{[]string{"edge.bound"}, "era[1].change[0]", "write KEY=VALUE"},
		{[]string{"edge.bound=1", "edge.kind=3"}, "era[1].change[1]", "an era cannot change edge.kind; it changes inverse_temperature or threshold of a group"},
		{[]string{"edge.bound=1", "edge.kind=fixed"}, "era[1].change[1]", `is "edge.kind=fixed": an era cannot change edge.kind; it changes`},
		{[]string{"edge.bound=much"}, "era[1].change[0]", `is "edge.bound=much": "much" is no number: write edge.bound=VALUE, edge.bound=FROM..TO`},
		{[]string{"group[1].inverse_temperature=3"}, "era[1].change[0]", "an era cannot change "},
		{[]string{"group[0].levels=3"}, "era[1].change[0]", "an era cannot change "},
		{[]string{"group[00].threshold=3"}, "era[1].change[0]", "an era cannot change "},
		{[]string{"external[0].polarity=1"}, "era[1].change[0]", "an era cannot change "},
		{[]string{"external[1].weight=1"}, "era[1].change[0]", "an era cannot change "},
		{[]string{"edge.bound=1", "edge.bound=2"}, "era[1].change[0]", "an era changes a key once"},
		{[]string{"edge.bound=-1..2"}, "era[1].change[0]", "edge.bound is -1"},
		{[]string{"edge.bound=1..0"}, "era[1].change[0]", "edge.bound is 0"},
		{[]string{"edge.bound=1..NaN"}, "era[1].change[0]", "edge.bound is NaN"},
		{[]string{"group[0].inverse_temperature=1..1e99"}, "era[1].change[0]", "group[0].inverse_temperature is 1e+99"},
		{[]string{"edge.size_mass=..3 log"}, "era[1].change[0]", "above 0"},
		{[]string{"external[0].weight=1..-1 log"}, "era[1].change[0]", "above 0"},
		{[]string{"external[0].weight=0"}, "era[1].change[0]", "external[0].weight is 0"},
	} {
		s := changing(nil, c.changes)
		err := s.Validate()
		var key *model.KeyError
		if !errors.As(err, &key) || key.Key != c.at || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v; want %s, %s", c.changes, err, c.at, c.says)
		}
	}
	if err := changing([]string{"edge.size_mass=0..3", "external[0].weight=-1..5", "group[0].threshold=..1 log over 3"}, []string{"edge.size_mass=..0"}).Validate(); err != nil {
		t.Error(err)
	}
}

// TestLengthOfRamps: a run that is made longer or shorter has the values that it had.
func TestLengthOfRamps(t *testing.T) {
	make := func() *Spec {
		return changing([]string{"group[0].inverse_temperature=1..2"}, []string{"group[0].inverse_temperature=..5", "edge.bound=3"})
	}
	whole, err := Build(make(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, steps := range []int64{4, 10, 13, 20, 35} {
		s := make()
		s.SetSteps(steps)
		n, err := Build(s, 1)
		if err != nil || s.Steps() != steps {
			t.Fatal(err, s.Steps())
		}
		for step := range steps {
			a, b := whole.SpecAt(step+1, 0), n.SpecAt(step+1, 0)
			if a.Groups[0].InverseTemperature != b.Groups[0].InverseTemperature || a.Edge.Bound != b.Edge.Bound {
				t.Errorf("of %d steps: at step %d %v and %v, not %v and %v", steps, step+1, b.Groups[0].InverseTemperature, b.Edge.Bound, a.Groups[0].InverseTemperature, a.Edge.Bound)
			}
		}
		if make().Eras[0].Change[0] != "group[0].inverse_temperature=1..2" {
			t.Error("another specification is changed")
		}
	}
}

// TestChangedColumns: tables have the values, of each replica its own.
func TestChangedColumns(t *testing.T) {
	n, err := Build(changing([]string{"group[0].inverse_temperature=..2", "edge.bound=7..8"}, nil), 1)
	if err != nil {
		t.Fatal(err)
	}
	other := *n.Spec
	other.Groups = slices.Clone(other.Groups)
	other.Groups[0].InverseTemperature = 12
	n.Variants = []*Spec{n.Spec, &other}
	d := n.Describe()
	columns := d.Columns[len(d.Columns)-2:]
	if columns[0].Name != "group0_inverse_temperature" || columns[1].Name != "edge_bound" || len(d.Sums) != n.StepSums() {
		t.Fatalf("%+v, %q", columns, d.Sums)
	}
	for r, want := range [][2]float64{{1.5, 7 + 4.0/9}, {7, 7 + 4.0/9}} {
		sums, row := make([]float64, n.StepSums()), make([]float64, len(d.Columns))
		(&Controls{}).AddChanged(n, sums, 5, r)
		n.Row(row, sums)
		if got := row[len(row)-2:]; math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 {
			t.Errorf("replica %d: %v, want %v", r, got, want)
		}
	}
}

// TestBranchOfChangedWeights: what a checkpoint has of weights that eras have changed, a
// branch must say for itself.
func TestBranchOfChangedWeights(t *testing.T) {
	base := changing([]string{"external[0].weight=1..5"})
	if err := changing([]string{"edge.bound=2"}).BranchOf(base); err == nil || !strings.Contains(err.Error(), "external[0].weight") {
		t.Error(err)
	}
	if err := changing([]string{"external[0].weight=3"}).BranchOf(base); err != nil {
		t.Error(err)
	}
}
