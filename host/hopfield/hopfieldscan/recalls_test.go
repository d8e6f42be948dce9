package hopfieldscan_test

import (
	"maps"
	"math"
	"testing"

	"tnn-gpu/host/graph"
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

// TestOneStepIsFromPatterns: what is told of stored patterns is told of them, wherever recalls
// begin, and recalls begin where they should all the same.
func TestOneStepIsFromPatterns(t *testing.T) {
	for name, change := range map[string]func(s *hopfield.Spec){
		"hebb":    func(*hopfield.Spec) {},
		"storkey": func(s *hopfield.Spec) { s.Network.Rule = hopfield.StorkeyRule },
		"cubic":   func(s *hopfield.Spec) { s.Network.Rule, s.Network.Degree = hopfield.Polynomial, 3 },
		"sequence": func(s *hopfield.Spec) {
			s.Network.Rule, s.Recall.Update = hopfield.Sequence, hopfield.Sync
		},
		"lattice": func(s *hopfield.Spec) {
			s.Network.Units, s.Graph.Kind, s.Graph.Sides, s.Graph.Connections = 0, graph.Neighbor, []int{8, 8}, 12
		},
	} {
		begin := func(kind string, fraction float64, corruption hopfield.Corruption) map[string]measured {
			return scan(t, kind, 4, func(s *hopfield.Spec) {
				s.Network.Units, s.Patterns.Load, s.Patterns.Count = 64, 0, 12
				change(s)
				s.Recall.Fraction, s.Recall.Corruption, s.Recall.Trials = fraction, corruption, 5
			})
		}
		kinds := map[string][]string{"hopfield-capacity": {"one_step", "e_pattern"}, "hopfield-sequence": {"one_step"}}
		for kind, columns := range kinds {
			at := begin(kind, 0, hopfield.Flip)
			for _, from := range []map[string]measured{begin(kind, 0.3, hopfield.Flip), begin(kind, 0, hopfield.AnyStart)} {
				for _, column := range columns {
					if from[column] != at[column] {
						t.Errorf("%s, %s: %s is %v from elsewhere, %v from the pattern", name, kind, column, from[column], at[column])
					}
				}
			}
		}
		// A recall of ordinary outcomes, for which no fields are read.
		if a, b := begin("hopfield-capacity", 0.3, hopfield.Flip), begin("hopfield-basin", 0.3, hopfield.Flip); a["exact"] != b["exact"] || a["sweeps"] != b["sweeps"] {
			t.Errorf("%s: %v of the recalls end in the pattern after %v sweeps, %v after %v where fields are read", name, b["exact"], b["sweeps"], a["exact"], a["sweeps"])
		}
	}
}

// TestStepsAreTheory: the error of one step is that of theory, by every rule that has some.
func TestStepsAreTheory(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		change func(s *hopfield.Spec)
	}{
		"clipped, even":    {"hopfield-capacity", func(s *hopfield.Spec) { s.Network.Clip, s.Patterns.Count = true, 30 }},
		"clipped, odd":     {"hopfield-capacity", func(s *hopfield.Spec) { s.Network.Clip, s.Patterns.Count = true, 31 }},
		"clipped, damaged": {"hopfield-capacity", func(s *hopfield.Spec) { s.Network.Clip, s.Network.Damage, s.Patterns.Count = true, 0.4, 20 }},
		"damaged, clamped": {"hopfield-capacity", func(s *hopfield.Spec) {
			s.Network.Damage, s.Patterns.Count, s.Recall.Clamped = 0.6, 20, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
		}},
		"hot": {"hopfield-capacity", func(s *hopfield.Spec) { s.Recall.Temperature = 0.4 }},
		"cubic": {"hopfield-capacity", func(s *hopfield.Spec) {
			s.Network = hopfield.NetworkSpec{Units: 40, Rule: hopfield.Polynomial, Degree: 3}
			s.Patterns.Count = 150
		}},
		"sequence": {"hopfield-sequence", func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Matrix, s.Recall.Update, s.Recall.Sweeps = hopfield.Sequence, false, hopfield.Sync, 70
		}},
		"sequence in capacity": {"hopfield-capacity", func(s *hopfield.Spec) {
			s.Network.Rule, s.Network.Matrix, s.Recall.Update = hopfield.Sequence, false, hopfield.Sync
		}},
		"hebb in sequence": {"hopfield-sequence", func(*hopfield.Spec) {}},
		"few neighbours, damaged": {"hopfield-capacity", func(s *hopfield.Spec) {
			s.Network.Damage, s.Graph.Kind, s.Graph.Sides, s.Graph.Connections = 0.5, graph.Random, []int{15, 20}, 4
		}},
	} {
		change := func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Load, s.Patterns.Count, s.Recall.Fraction, s.Recall.Sweeps = 300, 0, 30, 0.2, 2
			c.change(s)
		}
		got, law := scan(t, c.kind, 10, change)["one_step"], theoryOf(t, c.kind, "one_step", change)
		if !(math.Abs(got[0]-law) <= 4*got[1]) || got[1] > 0.2*got[0] {
			t.Errorf("%s: %v, theory %g", name, got, law)
		}
	}
}

// TestTheoryOfManyUnits is about recalls that begin at their pattern and may leave it.
func TestTheoryOfManyUnits(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *hopfield.Spec)
		known  bool
	}{
		"from the pattern": {func(*hopfield.Spec) {}, true},
		"in cyclic order":  {func(s *hopfield.Spec) { s.Recall.Update = hopfield.Cyclic }, true},
		"corrupted":        {func(s *hopfield.Spec) { s.Recall.Fraction = 0.4 }, false},
		"any start":        {func(s *hopfield.Spec) { s.Recall.Corruption = hopfield.AnyStart }, false},
		"given start":      {func(s *hopfield.Spec) { s.Recall.State = "+-" }, false},
		"clamped":          {func(s *hopfield.Spec) { s.Recall.Clamped = []int{1} }, false},
		"all at once":      {func(s *hopfield.Spec) { s.Recall.Update = hopfield.Sync }, false},
		"blocks":           {func(s *hopfield.Spec) { s.Recall.Update, s.Recall.Blocks = hopfield.Blocks, 3 }, false},
		"a few sweeps":     {func(s *hopfield.Spec) { s.Recall.Sweeps = 2 }, false},
		"clipped":          {func(s *hopfield.Spec) { s.Network.Clip = true }, false},
		"lattice":          {func(s *hopfield.Spec) { s.Graph.Kind = graph.Neighbor }, false},
		"above capacity":   {func(s *hopfield.Spec) { s.Patterns.Load = 0.2 }, false},
	} {
		change := func(temperature float64) func(s *hopfield.Spec) {
			return func(s *hopfield.Spec) {
				s.Patterns.Load, s.Recall.Fraction, s.Recall.Temperature = 0.05, 0, temperature
				c.change(s)
			}
		}
		final, m := theoryOf(t, "hopfield-capacity", "final", change(0)), theoryOf(t, "hopfield-thermal", "m", change(0.3))
		if !math.IsNaN(final) != c.known || !math.IsNaN(m) != c.known {
			t.Errorf("%s: theory has a final error of %g and an overlap of %g", name, final, m)
		}
	}
	if m := theoryOf(t, "hopfield-thermal", "m", func(s *hopfield.Spec) { s.Patterns.Load, s.Recall.Fraction, s.Recall.Temperature = 0.05, 0, 0.95 }); !math.IsNaN(m) {
		t.Errorf("in a spin glass theory has an overlap of %g", m)
	}
}

// TestExactMeans: means of values that are all alike are these, and have no variance.
func TestExactMeans(t *testing.T) {
	got := scan(t, "hopfield-thermal", 3, func(s *hopfield.Spec) {
		s.Network.Units, s.Patterns.Load, s.Patterns.Count, s.Recall.Fraction, s.Recall.Temperature, s.Recall.Trials, s.Recall.Sweeps = 70, 0, 1, 0, 0.01, 3, 26
	})
	if (got["m"] != measured{1, 0}) || (got["variance"] != measured{0, 0}) {
		t.Errorf("frozen units have %v", got)
	}
	got = scan(t, "hopfield-sequence", 2, func(s *hopfield.Spec) {
		s.Network.Units, s.Network.Rule, s.Patterns.Load, s.Patterns.Count = 500, hopfield.Sequence, 0, 7
		s.Recall.Update, s.Recall.Fraction, s.Recall.Sweeps, s.Recall.Trials = hopfield.Sync, 0, 30, 3
	})
	if (got["overlap"] != measured{1, 0}) {
		t.Errorf("a sequence that is recalled has %v", got)
	}
}

// TestSecondRound: what a second round would be is not told of recalls that are cut off in it.
func TestSecondRound(t *testing.T) {
	for sweeps, made := range map[int]bool{13: false, 14: true} {
		got := scan(t, "hopfield-sequence", 2, func(s *hopfield.Spec) {
			s.Network.Units, s.Network.Rule, s.Patterns.Load, s.Patterns.Count = 500, hopfield.Sequence, 0, 7
			s.Recall.Update, s.Recall.Fraction, s.Recall.Sweeps, s.Recall.Trials = hopfield.Sync, 0, sweeps, 3
		})
		if math.IsNaN(got["overlap"][0]) == made {
			t.Errorf("of %d sweeps the overlap is %v", sweeps, got["overlap"])
		}
	}
}

// TestDecodeIsOfTheChannel: what is known of a binary symmetric channel is told of it alone; one
// that changes most bits is decoded as one that changes the others.
func TestDecodeIsOfTheChannel(t *testing.T) {
	through := func(corruption hopfield.Corruption, fraction float64) map[string]measured {
		return scan(t, "hopfield-decode", 6, func(s *hopfield.Spec) {
			s.Network.Units, s.Patterns.Load, s.Patterns.Count = 40, 0, 4
			s.Recall.Corruption, s.Recall.Fraction, s.Recall.Trials = corruption, fraction, 20
		})
	}
	few, most := through(hopfield.Noise, 0.25), through(hopfield.Noise, 0.75)
	if a, b := few["ml_block_error"], most["ml_block_error"]; math.Abs(a[0]-b[0]) > 4*math.Hypot(a[1], b[1]) || few["bsc_capacity"] != most["bsc_capacity"] {
		t.Errorf("%v, and where most bits are changed %v", few, most)
	}
	for _, corruption := range []hopfield.Corruption{hopfield.Flip, hopfield.Erase, hopfield.AnyStart} {
		got := through(corruption, 0.25)
		if !math.IsNaN(got["ml_block_error"][0]) || !math.IsNaN(got["bsc_capacity"][0]) || math.IsNaN(got["block_error"][0]) {
			t.Errorf("corruption %s is no such channel, and has %v", corruption, got)
		}
	}
}
