package tnn

import "tnn-gpu/host/graph"

// Preset is a ready-made specification.
type Preset struct {
	Name string
	Doc  string // one line
	Spec *Spec
}

// DefaultPreset is what runs where nothing else is asked for.
const DefaultPreset = "isolated"

// Presets are the networks of the paper and of its first version, and a large
// one. Every call makes new ones.
func Presets() []Preset {
	return append([]Preset{
		{"isolated", "hylton2020 on its own: 30x30 nodes with 16 connections", isolated(16)},
		{"isolated4", "hylton2020 on its own: 30x30 nodes with 4 connections, too hot for order", isolated(4)},
		{"driven", "isolated4 with 4 pairs of external nodes", drive(isolated(4), 160, 132, 70, 211, 105)},
		{"relaxed", "hylton2019 on its own: 30x30 nodes with 4 connections, too hot for order", relaxed()},
		{"relaxed-driven", "relaxed with 4 pairs of external nodes", drive(relaxed(), 400, 13, 7, 21, 11)},
		{"tnn-hysteresis", "isolated, cooled from f = 0.3 to 0.7 and warmed again, 300 steps each way", hysteresis()},
		{"large", "hylton2020 on its own: 2048x2048 nodes with 4 connections", large()},
	}, paper()...)
}

// Defaults are the values of keys that a configuration leaves out. Its groups,
// external nodes and eras have one element each, which stands for all.
func Defaults() *Spec {
	return &Spec{
		Network:   NetworkSpec{Rule: Hylton2020},
		Graph:     GraphSpec{Kind: graph.Neighbor, Separation: 2},
		Groups:    []GroupSpec{{Levels: 10, Threshold: 0.1, InverseTemperature: 1}},
		Edge:      EdgeSpec{Kind: Real1, InverseTemperature: 80, Bound: 1000, Noise: true},
		Externals: []ExternalSpec{{Pairs: 1, Polarity: 1, Sublattice: Even}},
		Eras:      []EraSpec{{Adapt: true, Mode: Driven}},
	}
}

func isolated(connections int) *Spec {
	s := Defaults()
	s.Graph.Sides = []int{30, 30}
	s.Graph.Bipartite = true
	s.Groups[0].Connections = connections
	s.Externals = nil
	s.Eras[0].Steps = 500
	return s
}

func relaxed() *Spec {
	s := isolated(4)
	s.Network = NetworkSpec{Rule: Hylton2019, Relaxations: 10}
	s.Groups[0].Levels = 101
	s.Edge.InverseTemperature = 40
	s.Eras[0].Steps = 200
	return s
}

func large() *Spec {
	s := isolated(4)
	s.Graph.Sides = []int{2048, 2048}
	s.Eras[0].Steps = 100
	return s
}

// hysteresis goes through the transition to order, and back.
func hysteresis() *Spec {
	s := isolated(16)
	const key = "group[0].inverse_temperature="
	s.Eras = []EraSpec{
		{Steps: 300, Adapt: true, Mode: Driven, Change: []string{key + "0.3..0.7"}},
		{Steps: 300, Adapt: true, Mode: Driven, Change: []string{key + "0.7..0.3"}},
	}
	return s
}

// drive adds a pair of external nodes for each period. The positive node of a
// pair is on the even and the odd sublattice by turns.
func drive(s *Spec, weight float64, periods ...int) *Spec {
	s.Graph.Separation = 4
	for i, period := range periods {
		s.Externals = append(s.Externals, ExternalSpec{
			Pairs: 1, Connections: 4, Periods: []int{period}, Polarity: 1,
			Sublattice: [...]Sublattice{Even, Odd}[i%2], Weight: weight,
		})
	}
	return s
}
