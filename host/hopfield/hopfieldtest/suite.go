// Package hopfieldtest has Hopfield networks for tests of backends.
package hopfieldtest

import (
	"testing"

	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/hopfield"
)

// SuiteSteps is how many sweeps the suite of all models makes.
const SuiteSteps = 6

// Suite are the networks for the suite of all models: one of each kind of update that
// keeps other things, and one of each form in which couplings are held.
func Suite(t testing.TB) []backendtest.Case {
	var cases []backendtest.Case
	add := func(name string, change func(s *hopfield.Spec)) {
		t.Helper()
		s := hopfield.Defaults()
		s.Network.Units, s.Patterns.Load, s.Recall.Fraction = 63, 0.1, 0.35
		change(s)
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		net, err := s.Build(5, nil)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, backendtest.Case{Name: name, Net: net})
	}
	add("async", func(*hopfield.Spec) {})
	add("sync", func(s *hopfield.Spec) { s.Recall.Update = hopfield.Sync })
	add("warm, without a matrix", func(s *hopfield.Spec) { s.Network.Matrix, s.Recall.Temperature = false, 0.4 })
	add("lattice in colours", func(s *hopfield.Spec) {
		s.Network.Units, s.Recall.Update, s.Recall.Temperature = 0, hopfield.Colours, 0.1
		s.Graph = hopfield.GraphSpec{Kind: graph.Neighbor, Sides: []int{8, 8}, Connections: 12}
	})
	add("exponential", func(s *hopfield.Spec) { s.Network.Rule, s.Network.Beta = hopfield.Exponential, 0.5 })
	return cases
}
