package hopfield

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/hopfield"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// one of some values.
func one[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

// bases are specifications that recall, by what else they take.
func bases() []func(s *hopfield.Spec) {
	rule := func(of hopfield.NetworkSpec) func(s *hopfield.Spec) {
		return func(s *hopfield.Spec) { s.Network = of; s.Network.Units = 16 }
	}
	return []func(s *hopfield.Spec){
		rule(hopfield.NetworkSpec{Rule: hopfield.Hebb}), rule(hopfield.NetworkSpec{Rule: hopfield.Hebb, Matrix: true}),
		rule(hopfield.NetworkSpec{Rule: hopfield.StorkeyRule}), rule(hopfield.NetworkSpec{Rule: hopfield.ProjectionRule}), rule(hopfield.NetworkSpec{Rule: hopfield.FlowRule, Iterations: 2}),
		rule(hopfield.NetworkSpec{Rule: hopfield.Polynomial, Degree: 3}), rule(hopfield.NetworkSpec{Rule: hopfield.Exponential, Beta: 0.5}),
		func(s *hopfield.Spec) {
			rule(hopfield.NetworkSpec{Rule: hopfield.Sequence})(s)
			s.Recall.Update = hopfield.Sync
		},
		func(s *hopfield.Spec) {
			s.Graph.Kind, s.Graph.Sides, s.Graph.Connections = graph.Neighbor, []int{4, 4}, 4
		},
		func(s *hopfield.Spec) { s.Patterns.Texts, s.Patterns.Count = []string{"++--", "+-+-"}, 0 },
		func(s *hopfield.Spec) { s.Patterns.Letters, s.Patterns.Count = 6, 0 },
	}
}

// changes are what may be done to any of them.
func changes(random *rand.Rand) []func(s *hopfield.Spec) {
	return []func(s *hopfield.Spec){
		func(s *hopfield.Spec) { s.Network.Units = one(random, 0, 2, 3, 16, 33, 64) },
		func(s *hopfield.Spec) { s.Network.Degree = one(random, 0, 2, 4, 30) },
		func(s *hopfield.Spec) { s.Network.Beta = one(random, 0, 1e-9, 1, 100) },
		func(s *hopfield.Spec) {
			s.Network.Thresholds = one(random, []float64{}, []float64{0}, []float64{1e6}, []float64{0.1}, []float64{0.1, -0.1})
		},
		func(s *hopfield.Spec) { s.Network.Damage = one(random, 0.3, 0.999) },
		func(s *hopfield.Spec) { s.Network.Clip = true },
		func(s *hopfield.Spec) { s.Network.Matrix = !s.Network.Matrix },
		func(s *hopfield.Spec) { s.Network.Diagonal = true },
		func(s *hopfield.Spec) { s.Patterns.Count = one(random, 0, 1, 2, 5, 40) },
		func(s *hopfield.Spec) { s.Patterns.Load = one(random, 0, 0.1, 3) },
		func(s *hopfield.Spec) { s.Patterns.Bias = one(random, 0, 1, 0.9) },
		func(s *hopfield.Spec) {
			s.Patterns.Prototypes, s.Patterns.Spread = one(random, 0, 1, 3), one(random, 0, 0.2)
		},
		func(s *hopfield.Spec) {
			s.Patterns.Texts = one(random, []string{}, []string{"++--"}, []string{"+++", "+"}, []string{""}, []string{"++++++++++++++++", "+-+-+-+-+-+-+-+-"})
		},
		func(s *hopfield.Spec) {
			s.Graph.Kind = one(random, hopfield.Complete, graph.Random, graph.Gaussian, graph.Exponential)
		},
		func(s *hopfield.Spec) {
			s.Graph.Sides = one(random, nil, []int{}, []int{4, 4}, []int{16}, []int{2, 2, 4}, []int{1})
		},
		func(s *hopfield.Spec) {
			s.Graph.Connections, s.Graph.Scale = one(random, 0, 2, 4, 6), one(random, 0, 1.5)
		},
		func(s *hopfield.Spec) { s.Graph.Bipartite = true },
		func(s *hopfield.Spec) {
			s.Recall.Update = one(random, hopfield.Async, hopfield.Cyclic, hopfield.IID, hopfield.Sync, hopfield.Colours)
		},
		func(s *hopfield.Spec) {
			s.Recall.Update, s.Recall.Blocks = hopfield.Blocks, one(random, 0, 1, 3, 16, 64)
		},
		func(s *hopfield.Spec) { s.Recall.Update, s.Recall.First = hopfield.Cyclic, one(random, 1, 15, 63) },
		func(s *hopfield.Spec) { s.Recall.Trial = one(random, 1, 1000, math.MaxInt32) },
		func(s *hopfield.Spec) {
			s.Recall.Temperature, s.Recall.Method = one(random, 1e-6, 0.5, 1e6), one(random, hopfield.Glauber, hopfield.Metropolis)
		},
		func(s *hopfield.Spec) {
			s.Recall.Corruption = one(random, hopfield.Noise, hopfield.Erase, hopfield.Occlude, hopfield.AnyStart)
		},
		func(s *hopfield.Spec) { s.Recall.Fraction = one(random, 0, 0.5, 1) },
		func(s *hopfield.Spec) { s.Recall.State = one(random, "++--", "+", "0011", "+-+-+-+-+-+-+-+-") },
		func(s *hopfield.Spec) {
			s.Recall.Clamped = one(random, []int{}, []int{0, 0, 1}, []int{63}, []int{0, 1, 2, 3})
		},
	}
}

// anySpec is one that recalls, with up to four changes.
func anySpec(random *rand.Rand) *hopfield.Spec {
	s := hopfield.Defaults()
	s.Patterns.Count, s.Recall.Sweeps = 3, 3
	one(random, bases()...)(s)
	for range random.IntN(5) {
		one(random, changes(random)...)(s)
	}
	return s
}

// TestAnySpec: whatever keys are set to, a specification is refused with one sentence, or
// recalls: its states are -1 and +1, its sums are numbers, and its overlaps are within 1.
func TestAnySpec(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	recalled, refused := 0, 0
	for range 6000 {
		s := anySpec(random)
		says, err := recallAny(s)
		if says != "" {
			t.Fatalf("%+v: %s", *s, says)
		}
		if err == nil {
			recalled++
			continue
		}
		refused++
		if text := err.Error(); strings.Contains(text, "\n") || !strings.Contains(text, " is ") {
			t.Errorf("%+v: %q", *s, text)
		}
	}
	if recalled < 300 || refused < 300 {
		t.Errorf("%d specifications recall, %d are refused: that shows little", recalled, refused)
	}
}

// recallAny says what is wrong with a recall, or why there is none.
func recallAny(s *hopfield.Spec) (says string, err error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	if host, device := s.Need(state.Single, 2); host < 0 || device < 0 {
		return "it needs less memory than none", nil
	}
	n, err := s.Build(3, nil)
	if err != nil {
		return "", err
	}
	net := n.(*hopfield.Network)
	n.Announce()
	b, err := New(net, backend.Options{Seeds: model.Keys(s, 3, 2, 1)})
	if err != nil {
		return "", err
	}
	defer b.Close()
	sums, err := b.Advance(3)
	if err != nil {
		return err.Error(), nil
	}
	for i, v := range sums {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "a sum is no number", nil
		}
		if k := i % hopfield.Sums; (k == hopfield.SumOverlap || k == hopfield.SumBest) && math.Abs(v) > 1 {
			return "an overlap is beyond 1", nil
		}
	}
	last, err := b.State()
	if err == nil {
		err = net.CheckState(last, state.Single, 2)
	}
	if err != nil {
		return err.Error(), nil
	}
	return "", nil
}
