// Package tnntest holds what every backend of the TNN must pass: a catalogue of small
// networks that between them have every kind of graph, node, edge, external node
// and era, the parts of the suite that only the TNN has, and the comparison of
// sampled states with the enumerated distribution of the model.
package tnntest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/tnn"
)

// Case is a network of the catalogue.
type Case struct {
	Name string
	Spec *tnn.Spec
	// EdgeList is the text of the file that a graph of kind file is read from.
	EdgeList string
	// Core networks stand for the others where a network takes long to open: a
	// device compiles a program for each.
	Core bool
}

// graphSeed is the seed of every graph of the catalogue.
const graphSeed = 11

// Network builds the network of the case.
func (c Case) Network(t testing.TB) *tnn.Network {
	t.Helper()
	if c.Spec.Graph.Kind == tnn.FromFile {
		c.Spec.Graph.File = filepath.Join(t.TempDir(), "edges.txt")
		if err := os.WriteFile(c.Spec.Graph.File, []byte(c.EdgeList), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	net, err := tnn.Build(c.Spec, graphSeed)
	if err != nil {
		t.Fatalf("the network %s cannot be built: %v", c.Name, err)
	}
	return net
}

// Catalogue gives the networks, new ones at every call. Between them they have
// every value of every choice of docs/model.md that a backend can see. Networks share their
// number of half-edges where it does not matter, also with recorded trajectories and
// Isolation, because each number is one more program of a device.
func Catalogue() []Case {
	return append(catalogue2020(), catalogue2019()...)
}

// Core gives the core networks of the catalogue or, where TNN_SOAK=1 asks for long
// tests, all of them.
func Core() []Case {
	if backendtest.Soak() {
		return Catalogue()
	}
	return slices.DeleteFunc(Catalogue(), func(c Case) bool { return !c.Core })
}

func catalogue2020() []Case {
	return []Case{
		{Name: "lattice", Core: true, Spec: lattice(tnn.Hylton2020, 4, true, 12, 14)},
		{Name: "lattice16", Spec: lattice(tnn.Hylton2020, 16, true, 8, 8)},
		{Name: "odd torus, size mass", Spec: with(lattice(tnn.Hylton2020, 12, false, 7, 9), func(s *tnn.Spec) {
			s.Edge.SizeMass = 30
		})},
		{Name: "ring, binary, hot", Spec: with(lattice(tnn.Hylton2020, 6, false, 37), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Groups[0].InverseTemperature = 2, 0.05
			s.Edge.InverseTemperature, s.Edge.Bound = 0.5, 0.6
		})},
		{Name: "odd box, cold, noise off", Spec: with(lattice(tnn.Hylton2020, 6, false, 3, 5, 3), func(s *tnn.Spec) {
			s.Groups[0].InverseTemperature, s.Edge.InverseTemperature, s.Edge.Noise = 20, 500, false
		})},
		{Name: "random, self-loops", Spec: with(random(tnn.Hylton2020, graph.Random, 3, 61), func(s *tnn.Spec) {
			s.Groups[0].SelfLoops = 2
		})},
		{Name: "gaussian, masses, 101 levels", Spec: with(random(tnn.Hylton2020, graph.Gaussian, 12, 9, 7), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Groups[0].Threshold = 101, 0.01
			s.Edge.SizeMass, s.Edge.ChangeMass = 5, 100
		})},
		{Name: "exponential, bounded edges", Spec: with(random(tnn.Hylton2020, graph.Exponential, 4, 5, 5, 3), func(s *tnn.Spec) {
			s.Edge.Kind, s.Edge.InverseTemperature, s.Edge.Bound = tnn.Real2, 3, 0.7
		})},
		{Name: "bipartite box, fixed edges, ternary", Spec: with(lattice(tnn.Hylton2020, 6, true, 4, 4, 4), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Groups[0].Threshold = 3, 0.02
			s.Edge.Kind, s.Edge.InverseTemperature = tnn.Fixed, 4
		})},
		{Name: "1000 levels", Spec: with(lattice(tnn.Hylton2020, 4, true, 6, 6), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Groups[0].Threshold, s.Groups[0].InverseTemperature = 1000, 1e-4, 3
		})},
		{Name: "groups, external nodes in all modes", Core: true, Spec: groups(tnn.Hylton2020)},
		{Name: "numbers that eras change", Core: true, Spec: changing(tnn.Hylton2020)},
		{Name: "random, external nodes", Spec: with(random(tnn.Hylton2020, graph.Random, 5, 8, 8), func(s *tnn.Spec) {
			s.Graph.Bipartite, s.Graph.Separation = true, 3
			s.Externals = []tnn.ExternalSpec{externals(2, 3, 0.9)}
			s.Eras = everyMode()
		})},
		{Name: "file", Spec: file(tnn.Hylton2020), EdgeList: edgeList},
		{Name: "a node alone", Spec: with(file(tnn.Hylton2020), func(s *tnn.Spec) { s.Externals = nil }), EdgeList: "# nodes 1\n"},
	}
}

func catalogue2019() []Case {
	return []Case{
		{Name: "relaxed lattice", Spec: lattice(tnn.Hylton2019, 4, true, 10, 8)},
		{Name: "relaxed odd torus, noise off", Spec: with(lattice(tnn.Hylton2019, 12, false, 7, 9), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Edge.Noise = 10, false
		})},
		{Name: "relaxed ring, binary", Spec: with(lattice(tnn.Hylton2019, 2, true, 38), func(s *tnn.Spec) {
			s.Network.Relaxations, s.Groups[0].Levels, s.Groups[0].SelfLoops = 1, 2, 3
		})},
		{Name: "relaxed box, ternary, bounded edges", Spec: with(lattice(tnn.Hylton2019, 6, true, 4, 4, 4), func(s *tnn.Spec) {
			s.Groups[0].Levels = 3
			s.Edge.Kind, s.Edge.InverseTemperature, s.Edge.Bound = tnn.Real2, 2, 0.8
		})},
		{Name: "relaxed random, masses, cold", Core: true, Spec: with(random(tnn.Hylton2019, graph.Random, 4, 9, 7), func(s *tnn.Spec) {
			s.Groups[0].SelfLoops, s.Groups[0].InverseTemperature = 1, 10
			s.Edge.SizeMass, s.Edge.ChangeMass, s.Edge.InverseTemperature = 20, 10, 200
		})},
		{Name: "relaxed gaussian, 1000 levels", Spec: with(random(tnn.Hylton2019, graph.Gaussian, 12, 7, 7), func(s *tnn.Spec) {
			s.Groups[0].Levels, s.Network.Relaxations = 1000, 1
		})},
		{Name: "relaxed exponential, hot", Spec: with(random(tnn.Hylton2019, graph.Exponential, 6, 6, 6), func(s *tnn.Spec) {
			s.Graph.Bipartite = true
			s.Groups[0].InverseTemperature, s.Edge.InverseTemperature, s.Edge.Bound = 0.1, 0.4, 0.9
		})},
		{Name: "relaxed fixed edges", Spec: with(lattice(tnn.Hylton2019, 4, false, 5, 5), func(s *tnn.Spec) {
			s.Edge.Kind = tnn.Fixed
		})},
		{Name: "relaxed groups, external nodes in all modes", Core: true, Spec: groups(tnn.Hylton2019)},
		{Name: "relaxed, numbers that eras change", Spec: changing(tnn.Hylton2019)},
		{Name: "relaxed file", Spec: file(tnn.Hylton2019), EdgeList: edgeList},
	}
}

// Large gives networks of more than 4096 nodes. Those of a catalogue are smaller.
func Large() []Case {
	return []Case{
		{Name: "large lattice", Spec: lattice(tnn.Hylton2020, 4, true, 74, 60)},
		{Name: "large random", Spec: with(random(tnn.Hylton2020, graph.Random, 4, 17, 17, 17), func(s *tnn.Spec) {
			s.Graph.Separation, s.Externals, s.Eras = 3, append(waves(1), externals(3, 4, 2)), everyMode()
		})},
		{Name: "large relaxed lattice", Spec: with(lattice(tnn.Hylton2019, 12, false, 67, 69), func(s *tnn.Spec) {
			s.Groups[0].Levels = 10
		})},
	}
}

func with(s *tnn.Spec, change func(*tnn.Spec)) *tnn.Spec {
	change(s)
	return s
}

// lattice is a network of one group on a neighbor graph.
func lattice(rule tnn.Rule, connections int, bipartite bool, sides ...int) *tnn.Spec {
	s := tnn.Defaults()
	s.Network.Rule, s.Externals = rule, nil
	s.Graph.Sides, s.Graph.Bipartite = sides, bipartite
	s.Groups[0].Connections = connections
	s.Eras[0].Steps = 1000
	if rule == tnn.Hylton2019 {
		s.Network.Relaxations = 2
		s.Groups[0].Levels, s.Groups[0].Threshold = 101, 0
	}
	return s
}

// random is a network of one group whose nodes draw their partners.
func random(rule tnn.Rule, kind graph.Kind, connections int, sides ...int) *tnn.Spec {
	s := lattice(rule, connections, false, sides...)
	s.Graph.Kind = kind
	if kind != graph.Random {
		s.Graph.Scale = 1.5
	}
	return s
}

// groups is a network of three groups with their own parameters and reach, and
// external nodes of either sublattice.
func groups(rule tnn.Rule) *tnn.Spec {
	s := lattice(rule, 4, true, 12, 10)
	s.Groups = []tnn.GroupSpec{
		{Connections: 4, Levels: 10, Threshold: 0.1, InverseTemperature: 1},
		{Count: 40, Connections: 16, Levels: 2, Threshold: 0.5, InverseTemperature: 0.3, SelfLoops: 1},
		{Count: 30, Connections: 4, Levels: 51, Threshold: 0.02, InverseTemperature: 4},
	}
	s.Graph.Separation = 3
	odd := externals(1, 4, 2)
	odd.Sublattice, odd.Polarity = tnn.Odd, -1
	s.Externals = append([]tnn.ExternalSpec{externals(2, 4, 160), odd}, waves(2)...)
	s.Eras = everyMode()
	return s
}

// changing is the network of groups, in eras that change all that eras may.
func changing(rule tnn.Rule) *tnn.Spec {
	s := groups(rule)
	s.Eras[0].Change = []string{"group[0].inverse_temperature=0.3..2 log over 15", "group[2].inverse_temperature=..1", "external[0].weight=20..160", "external[2].weight=5"}
	s.Eras[2].Change = []string{"edge.inverse_temperature=20..120", "edge.bound=3..0.5 over 7", "group[1].threshold=0.5..0.1"}
	s.Eras[4].Change = []string{"external[2].weight=..-3", "edge.size_mass=2..0", "edge.change_mass=10"}
	s.Eras[6].Change = []string{"group[0].inverse_temperature=..0.5", "edge.bound=1000"}
	s.Eras[9].Change = []string{"group[0].inverse_temperature=..3 over 500", "external[1].weight=1..3 over 600"}
	return s
}

func externals(pairs, connections int, weight float64) tnn.ExternalSpec {
	return tnn.ExternalSpec{Pairs: pairs, Connections: connections, Periods: []int{7, 1, 4, 5, 2, 6, 3, 11}, Polarity: 1,
		Sublattice: tnn.Even, Weight: weight}
}

// waves are single external nodes that are driven otherwise than by square waves.
func waves(weight float64) []tnn.ExternalSpec {
	return []tnn.ExternalSpec{
		{Count: 1, Connections: 4, Periods: []int{9, 13}, Polarity: -1, Sublattice: tnn.Odd, Weight: weight, Wave: tnn.Sine, Amplitude: 0.7},
		{Count: 1, Connections: 4, Polarity: 1, Sublattice: tnn.Even, Weight: weight, Wave: tnn.WaveNoise, Amplitude: 0.6, Correlation: 3},
	}
}

// everyMode is eras with all modes of external nodes, with and without adaptation
// and prediction, in which the periods of externals change.
func everyMode() []tnn.EraSpec {
	return []tnn.EraSpec{
		{Steps: 20, Adapt: true, Mode: tnn.Driven},
		{Steps: 3, Adapt: false, Mode: tnn.Reflect},
		{Steps: 30, Adapt: true, Mode: tnn.Reflect},
		{Steps: 20, Adapt: true, Mode: tnn.Noise},
		{Steps: 10, Adapt: false, Mode: tnn.Off},
		{Steps: 30, Adapt: true, Mode: tnn.Driven, Predict: true},
		{Steps: 20, Adapt: true, Mode: tnn.Reflect, Predict: true},
		{Steps: 10, Adapt: false, Mode: tnn.Noise, Predict: true},
		{Steps: 20, Adapt: true, Mode: tnn.Off, Predict: true},
		{Steps: 837, Adapt: true, Mode: tnn.Driven},
	}
}

// file is a network on the graph of edgeList.
func file(rule tnn.Rule) *tnn.Spec {
	s := lattice(rule, 0, false)
	s.Graph.Kind = tnn.FromFile
	x := externals(1, 0, 3)
	x.Nodes = tnn.Numbered(0, 9)
	s.Externals, s.Eras = []tnn.ExternalSpec{x}, everyMode()
	return s
}

// edgeList is a graph with weights, of nodes of all degrees from 0 (node 6) on:
// a hub, a chain, a triangle, self-loops, and external nodes 0 and 9.
const edgeList = `# nodes 42
0 1 3
1 2 0.3
2 3 -0.2
3 4 0.25
4 5 -0.1
5 3 0.4
5 5 0.2
5 5 -0.3
7 7 0.15
8 9 3
9 10 3
9 1 3
1 20 0.1
20 21 -0.4
20 22 0.2
20 23 0.3
20 24 -0.1
20 25 0.5
20 26 0.1
20 27 -0.2
20 28 0.2
20 29 0.3
20 30 -0.1
20 31 0.1
20 32 0.2
20 33 -0.3
20 34 0.15
20 35 0.25
20 36 -0.35
36 41 0.1
8 41 -0.2
10 41 0.3
11 12 0
12 13 0.2
13 14 -0.2
14 11 0.3
`
