package hopfieldscan_test

import (
	"maps"
	"testing"

	"tnn-gpu/host/hopfield"
)

// TestPointsShareWhatIsStored: points that differ in the recall only have the networks of the
// point before, others have networks of their own, and outcomes are those of a point by itself.
func TestPointsShareWhatIsStored(t *testing.T) {
	l := newLaboratory(t)
	var before *hopfield.Memory
	for i, c := range []struct {
		shares bool
		change func(s *hopfield.Spec)
	}{
		{false, func(*hopfield.Spec) {}},
		{true, func(s *hopfield.Spec) { s.Recall.Fraction = 0.4 }},
		{true, func(s *hopfield.Spec) { s.Recall.Update, s.Recall.Trials = hopfield.Sync, 7 }},
		{true, func(s *hopfield.Spec) { s.Recall.Temperature = 0.5 }},
		{false, func(s *hopfield.Spec) { s.Patterns.Count = 9 }},
		{false, func(s *hopfield.Spec) { s.Patterns.Count, s.Network.Damage = 9, 0.1 }},
		{false, func(s *hopfield.Spec) { s.Network.Units = 61 }},
		{false, func(s *hopfield.Spec) { s.Network.Rule = hopfield.ProjectionRule }},
		{false, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Texts, s.Patterns.Count = 0, []string{"++--", "+-+-"}, 0
		}},
		{true, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Texts, s.Patterns.Count, s.Recall.Fraction = 0, []string{"++--", "+-+-"}, 0, 0
		}},
		{false, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Texts, s.Patterns.Count = 0, []string{"++--", "+--+"}, 0
		}},
	} {
		change := func(s *hopfield.Spec) {
			s.Network.Units, s.Network.Rule, s.Patterns.Load, s.Patterns.Count = 60, hopfield.StorkeyRule, 0, 8
			c.change(s)
		}
		got := l.scan("hopfield-capacity", 3, change)
		if alone := scan(t, "hopfield-capacity", 3, change); !maps.Equal(got, alone) {
			t.Errorf("point %d: %v, by itself %v", i, got, alone)
		}
		net := l.last
		m, err := net.Memory(net.Spec, net.Spec.Key(17, 1, 1))
		if err != nil {
			t.Fatal(err)
		}
		if shares := m == before; shares != c.shares {
			t.Errorf("point %d: it shares what is stored: %v", i, shares)
		}
		before = m
	}
}

// TestRecallsOfEachPattern: with no number of recalls there is one of each pattern, also where
// they do not fit in one batch.
func TestRecallsOfEachPattern(t *testing.T) {
	for _, networks := range []int{2, 50} {
		each := scan(t, "hopfield-capacity", networks, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Load, s.Patterns.Count, s.Recall.Trials, s.Recall.Fraction = 50, 0, 90, 0, 0
		})
		if given := scan(t, "hopfield-capacity", networks, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Load, s.Patterns.Count, s.Recall.Trials, s.Recall.Fraction = 50, 0, 90, 90, 0
		}); !maps.Equal(each, given) {
			t.Errorf("%v, with 90 recalls %v", each, given)
		}
	}
}

// TestAllStable: at which load all patterns of a network are stable, as docs/hopfield.md
// section 6 has it.
func TestAllStable(t *testing.T) {
	for load, want := range map[float64][2]float64{0.04: {0.95, 1}, 0.06: {0.2, 0.8}, 0.072: {0, 0.05}} {
		all := scan(t, "hopfield-capacity", 20, func(s *hopfield.Spec) {
			s.Patterns.Load, s.Recall.Fraction, s.Recall.Trials, s.Recall.Sweeps = load, 0, 0, 1
		})["all_exact"][0]
		if all < want[0] || all > want[1] {
			t.Errorf("at a load of %g all patterns are stable in a share of %g of the networks, want %g to %g", load, all, want[0], want[1])
		}
	}
}
