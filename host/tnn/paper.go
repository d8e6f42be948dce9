package tnn

import "tnn-gpu/host/graph"

// paper are the networks of the figures of arXiv:1906.01678v1 (docs/paper.md). Figures
// without one show the network of the figure before.
func paper() []Preset {
	return []Preset{
		{"hylton2019-fig1", "figure 1: domains that come and go, T_edge/T_node = 1", domains()},
		{"hylton2019-fig2", "figure 2: larger domains of colder nodes, T_edge/T_node = 1.5", colder()},
		{"hylton2019-fig3", "figures 3 and 4: slow order, 100x100 nodes with 16 connections, T_edge/T_node = 1/67", slowOrder()},
		{"hylton2019-fig5", "figure 5: one external node that changes its sign, at three weights", single()},
		{"hylton2019-fig6", "figure 6: two external nodes of opposite polarity, on opposite sublattices", two(-1, Odd)},
		{"hylton2019-fig6b", "figure 6: the same on one sublattice", two(-1, Even)},
		{"hylton2019-fig7", "figure 7: two external nodes of the same polarity, on one sublattice", two(1, Even)},
		{"hylton2019-fig7b", "figure 7: the same on opposite sublattices", two(1, Odd)},
		{"hylton2019-fig8", "figures 8 and 9: ten pairs of different periods, 100x100 nodes with 4 connections", tenPairs()},
		{"hylton2019-fig10", "figures 10 and 11: ten pairs in a random network of 10,000 nodes with 8 connections", randomPairs()},
	}
}

// domains has 30 x 30 nodes at one temperature of nodes and edges.
func domains() *Spec {
	s := relaxed()
	s.Groups[0].SelfLoops = 1
	s.Edge.InverseTemperature = 1
	s.Eras[0].Steps = 300
	return s
}

func colder() *Spec {
	s := domains()
	s.Groups[0].InverseTemperature = 1.5
	return s
}

func slowOrder() *Spec {
	s := domains()
	s.Graph.Sides = []int{100, 100}
	s.Groups[0].Connections, s.Groups[0].SelfLoops = 16, 2
	s.Edge.InverseTemperature = 67
	s.Eras[0].Steps = 400
	return s
}

// single drives one node at three weights, one after another. The manuscript has three
// runs, and does not say the weights.
func single() *Spec {
	s := domains()
	s.Externals = []ExternalSpec{{Count: 1, Connections: 4, Periods: []int{40}, Polarity: 1, Sublattice: Even, Weight: 1, Nodes: Numbered(465)}}
	s.Eras = nil
	for _, weight := range []string{"1", "10", "100"} {
		s.Eras = append(s.Eras, EraSpec{Steps: 200, Adapt: true, Mode: Driven, Change: []string{"external[0].weight=" + weight}})
	}
	return s
}

// two external nodes are ten sites apart, or eleven on opposite sublattices. The first is
// positive, on an even site, and neither changes.
func two(polarity int, sublattice Sublattice) *Spec {
	s := domains()
	s.Graph.Separation = 4
	node := 440 // row 14, column 20; the first is in column 10
	if sublattice == Odd {
		node++
	}
	const forever = 1 << 30
	s.Externals = []ExternalSpec{
		{Count: 1, Connections: 4, Periods: []int{forever}, Polarity: 1, Sublattice: Even, Weight: 40, Nodes: Numbered(430)},
		{Count: 1, Connections: 4, Periods: []int{forever}, Polarity: polarity, Sublattice: sublattice, Weight: 40, Nodes: Numbered(node)},
	}
	s.Eras[0].Steps = 400
	return s
}

// tenPairs have periods from 13 to 71, as the manuscript does not say them.
func tenPairs() *Spec {
	s := domains()
	s.Graph.Sides = []int{100, 100}
	s.Network.Relaxations = 14
	s.Eras[0].Steps = 400
	return drive(s, 40, 13, 17, 23, 29, 37, 41, 47, 53, 61, 71)
}

func randomPairs() *Spec {
	s := tenPairs()
	s.Network.Relaxations = 10
	s.Graph.Kind, s.Graph.Bipartite = graph.Random, false
	s.Groups[0].Connections = 8
	for i := range s.Externals {
		s.Externals[i].Connections = 8
	}
	return s
}
