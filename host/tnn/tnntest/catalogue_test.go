package tnntest

import (
	"testing"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/tnn"
)

// The catalogue is worth its name only as long as it has all of these.
func TestCatalogueHasEverything(t *testing.T) {
	have := map[any]bool{}
	for _, c := range Catalogue() {
		net := c.Network(t)
		note(have, c.Spec)
		noteGraph(have, net)
	}
	for _, want := range []any{
		tnn.Hylton2020, tnn.Hylton2019,
		graph.Neighbor, graph.Random, graph.Gaussian, graph.Exponential, tnn.FromFile,
		tnn.Real1, tnn.Real2, tnn.Fixed, tnn.Driven, tnn.Off, tnn.Noise, tnn.Reflect, tnn.Even, tnn.Odd,
		"1 dimension", "2 dimensions", "3 dimensions", "odd side", "bipartite", "not bipartite",
		"noise", "no noise", "size mass", "change mass", "adapt", "no adapt", "predict", "several periods",
		"2 levels", "3 levels", "10 levels", "101 levels", "1000 levels", "several groups", "one relaxation",
		"degree 0", "degree 17", "self-loops", "two self-loops", "3 colours", "several slices", "start weights",
	} {
		if !have[want] {
			t.Errorf("no network of the catalogue has %v", want)
		}
	}
}

func note(have map[any]bool, s *tnn.Spec) {
	have[s.Network.Rule], have[s.Graph.Kind], have[s.Edge.Kind] = true, true, true
	have["one relaxation"] = have["one relaxation"] || s.Network.Relaxations == 1
	have["size mass"] = have["size mass"] || s.Edge.SizeMass > 0
	have["change mass"] = have["change mass"] || s.Edge.ChangeMass > 0
	have["several groups"] = have["several groups"] || len(s.Groups) > 1
	have[map[bool]string{true: "bipartite", false: "not bipartite"}[s.Graph.Bipartite]] = true
	have[map[bool]string{true: "noise", false: "no noise"}[s.Edge.Noise]] = true
	have[map[int]string{0: "", 1: "1 dimension", 2: "2 dimensions", 3: "3 dimensions"}[len(s.Graph.Sides)]] = true
	for _, side := range s.Graph.Sides {
		have["odd side"] = have["odd side"] || side%2 == 1
	}
	for _, g := range s.Groups {
		have[map[int]string{2: "2 levels", 3: "3 levels", 10: "10 levels", 101: "101 levels", 1000: "1000 levels"}[g.Levels]] = true
	}
	for _, x := range s.Externals {
		have[x.Sublattice] = true
		have["several periods"] = have["several periods"] || len(x.Periods) > 1
	}
	for _, e := range s.Eras {
		have[map[bool]string{true: "adapt", false: "no adapt"}[e.Adapt]] = true
		have["predict"] = have["predict"] || e.Predict
		if len(s.Externals) > 0 {
			have[e.Mode] = true
		}
	}
}

func noteGraph(have map[any]bool, net *tnn.Network) {
	degree, loops := make([]int, net.Graph.Nodes), make([]int, net.Graph.Nodes)
	for _, e := range net.Graph.Edges {
		if e.A == e.B {
			loops[e.A]++
			continue
		}
		degree[e.A]++
		degree[e.B]++
	}
	for id := range degree {
		have["degree 0"] = have["degree 0"] || degree[id]+loops[id] == 0
		have["degree 17"] = have["degree 17"] || degree[id] == 17
		have["self-loops"] = have["self-loops"] || loops[id] > 0
		have["two self-loops"] = have["two self-loops"] || loops[id] == 2
	}
	have["3 colours"] = have["3 colours"] || len(net.Schedule) > 2
	have["start weights"] = have["start weights"] || net.Weights != nil
	for _, s := range net.Layout.Segments {
		have["several slices"] = have["several slices"] || s.Slices > 2
	}
}
