package tnn_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/tnn"
)

// preset is a specification to change.
func preset(t testing.TB, name string) *tnn.Spec {
	t.Helper()
	for _, p := range tnn.Presets() {
		if p.Name == name {
			return p.Spec
		}
	}
	t.Fatalf("there is no preset %q", name)
	return nil
}

// lattice is a small valid network without external nodes.
func lattice(kind graph.Kind, connections int, bipartite bool, sides ...int) *tnn.Spec {
	s := tnn.Defaults()
	s.Graph.Kind, s.Graph.Sides, s.Graph.Bipartite = kind, sides, bipartite
	if kind == graph.Gaussian || kind == graph.Exponential {
		s.Graph.Scale = 2
	}
	s.Groups[0].Connections = connections
	s.Externals = nil
	s.Eras[0].Steps = 10
	return s
}

// TestValidateNamesTheKey spoils a preset in one way at a time.
func TestValidateNamesTheKey(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		what, preset, key string
		spoil             func(s *tnn.Spec)
	}{
		{"rule", "isolated", "network.rule", func(s *tnn.Spec) { s.Network.Rule = "hylton2021" }},
		{"no rule", "isolated", "network.rule", func(s *tnn.Spec) { s.Network.Rule = "" }},
		{"no relaxations", "relaxed", "network.relaxations", func(s *tnn.Spec) { s.Network.Relaxations = 0 }},
		{"negative relaxations", "relaxed", "network.relaxations", func(s *tnn.Spec) { s.Network.Relaxations = -1 }},
		{"most relaxations", "relaxed", "network.relaxations", func(s *tnn.Spec) { s.Network.Relaxations = math.MaxInt }},
		{"relaxations of 2020", "isolated", "network.relaxations", func(s *tnn.Spec) { s.Network.Relaxations = 1 }},

		{"kind", "isolated", "graph.kind", func(s *tnn.Spec) { s.Graph.Kind = "smallworld" }},
		{"no sides", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = nil }},
		{"four sides", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{8, 8, 8, 8} }},
		{"zero side", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{30, 0} }},
		{"negative side", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{-30, -30} }},
		{"odd side", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{30, 31} }},
		{"product wraps to 0", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{1 << 32, 1 << 32} }},
		{"too many nodes", "isolated4", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{1 << 16, 1 << 15} }},
		{"too many edges", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{1 << 15, 1 << 15} }},
		{"scale of neighbor", "isolated", "graph.scale", func(s *tnn.Spec) { s.Graph.Scale = 1 }},
		{"no scale", "isolated", "graph.scale", func(s *tnn.Spec) { s.Graph.Kind = graph.Gaussian }},
		{"negative scale", "isolated", "graph.scale", func(s *tnn.Spec) { s.Graph.Kind, s.Graph.Scale = graph.Exponential, -2 }},
		{"scale NaN", "isolated", "graph.scale", func(s *tnn.Spec) { s.Graph.Kind, s.Graph.Scale = graph.Exponential, nan }},
		{"file of neighbor", "isolated", "graph.file", func(s *tnn.Spec) { s.Graph.File = "edges.txt" }},
		{"graph seed", "isolated", "graph.seed", func(s *tnn.Spec) { s.Graph.Seed = 1 << 63 }},
		{"separation", "isolated", "graph.separation", func(s *tnn.Spec) { s.Graph.Separation = -1 }},
		{"bipartite without sides", "isolated", "graph.bipartite", func(s *tnn.Spec) { s.Graph.Kind, s.Graph.Sides = tnn.FromFile, nil }},

		{"no group", "isolated", "group", func(s *tnn.Spec) { s.Groups = nil }},
		{"256 groups", "isolated", "group", func(s *tnn.Spec) { s.Groups = make([]tnn.GroupSpec, 256) }},
		{"name", "isolated", "group[0].name", func(s *tnn.Spec) { s.Groups[0].Name = "a\nb" }},
		{"negative count", "isolated", "group[0].count", func(s *tnn.Spec) { s.Groups[0].Count = -1 }},
		{"count above the sites", "isolated", "group[0].count", func(s *tnn.Spec) { s.Groups[0].Count = 901 }},
		{"count below the sites", "isolated", "group[0].count", func(s *tnn.Spec) { s.Groups[0].Count = 899 }},
		{"count of external nodes too", "driven", "group[0].count", func(s *tnn.Spec) { s.Groups[0].Count = 900 }},
		{"two rests", "isolated", "group[1].count", func(s *tnn.Spec) { s.Groups = append(s.Groups, s.Groups[0]) }},
		{"no rest left", "isolated", "group[0].count", func(s *tnn.Spec) {
			s.Groups = append(s.Groups, s.Groups[0])
			s.Groups[1].Count = 900
		}},
		{"no connections", "isolated", "group[0].connections", func(s *tnn.Spec) { s.Groups[0].Connections = 0 }},
		{"negative connections", "isolated", "group[0].connections", func(s *tnn.Spec) { s.Groups[0].Connections = -4 }},
		{"no reach gives 5", "isolated", "group[0].connections", func(s *tnn.Spec) { s.Groups[0].Connections = 5 }},
		{"12 is not bipartite", "isolated", "group[0].connections", func(s *tnn.Spec) { s.Groups[0].Connections = 12 }},
		{"lattice too small for 16", "isolated", "graph.sides", func(s *tnn.Spec) { s.Graph.Sides = []int{30, 6} }},
		{"more connections than sites", "isolated", "group[0].connections", func(s *tnn.Spec) {
			s.Graph.Kind = graph.Random
			s.Groups[0].Connections = 451
		}},
		{"connections of file", "isolated", "group[0].connections", func(s *tnn.Spec) { s.Graph.Kind = tnn.FromFile }},
		{"negative self-loops", "isolated", "group[0].self_loops", func(s *tnn.Spec) { s.Groups[0].SelfLoops = -1 }},
		{"most self-loops", "isolated", "group[0].self_loops", func(s *tnn.Spec) { s.Groups[0].SelfLoops = math.MaxInt }},
		{"self-loops of file", "isolated", "group[0].self_loops", func(s *tnn.Spec) {
			s.Graph.Kind = tnn.FromFile
			s.Groups[0].Connections, s.Groups[0].SelfLoops = 0, 1
		}},
		{"unary", "isolated", "group[0].levels", func(s *tnn.Spec) { s.Groups[0].Levels = 1 }},
		{"most levels", "isolated", "group[0].levels", func(s *tnn.Spec) { s.Groups[0].Levels = 1<<20 + 1 }},
		{"no threshold", "isolated", "group[0].threshold", func(s *tnn.Spec) { s.Groups[0].Threshold = 0 }},
		{"negative threshold", "isolated", "group[0].threshold", func(s *tnn.Spec) { s.Groups[0].Threshold = -0.1 }},
		{"infinite threshold", "isolated", "group[0].threshold", func(s *tnn.Spec) { s.Groups[0].Threshold = inf }},
		{"threshold of 2019 NaN", "relaxed", "group[0].threshold", func(s *tnn.Spec) { s.Groups[0].Threshold = nan }},
		{"f", "isolated", "group[0].inverse_temperature", func(s *tnn.Spec) { s.Groups[0].InverseTemperature = 0 }},
		{"f NaN", "isolated", "group[0].inverse_temperature", func(s *tnn.Spec) { s.Groups[0].InverseTemperature = nan }},
		{"f too small for single precision", "isolated", "group[0].inverse_temperature", func(s *tnn.Spec) { s.Groups[0].InverseTemperature = 1e-39 }},

		{"edge kind", "isolated", "edge.kind", func(s *tnn.Spec) { s.Edge.Kind = "real3" }},
		{"g", "isolated", "edge.inverse_temperature", func(s *tnn.Spec) { s.Edge.InverseTemperature = -80 }},
		{"size mass", "isolated", "edge.size_mass", func(s *tnn.Spec) { s.Edge.SizeMass = -1 }},
		{"size mass NaN", "isolated", "edge.size_mass", func(s *tnn.Spec) { s.Edge.SizeMass = nan }},
		{"change mass", "isolated", "edge.change_mass", func(s *tnn.Spec) { s.Edge.ChangeMass = inf }},
		{"bound", "isolated", "edge.bound", func(s *tnn.Spec) { s.Edge.Bound = 0 }},
		{"infinite bound", "isolated", "edge.bound", func(s *tnn.Spec) { s.Edge.Bound = inf }},

		{"no pairs", "driven", "external[2].pairs", func(s *tnn.Spec) { s.Externals[2].Pairs = 0 }},
		{"only external nodes", "driven", "external[3].pairs", func(s *tnn.Spec) { s.Externals[3].Pairs = 447 }},
		{"pairs that wrap", "driven", "external[3].pairs", func(s *tnn.Spec) { s.Externals[3].Pairs = math.MaxInt }},
		{"external connections", "driven", "external[1].connections", func(s *tnn.Spec) { s.Externals[1].Connections = 8 }},
		{"reach of external nodes", "driven", "graph.sides", func(s *tnn.Spec) {
			s.Graph.Sides = []int{100, 4}
			s.Externals[1].Connections = 16
		}},
		{"no period", "driven", "external[0].periods", func(s *tnn.Spec) { s.Externals[0].Periods = nil }},
		{"zero period", "driven", "external[0].periods", func(s *tnn.Spec) { s.Externals[0].Periods = []int{4, 0} }},
		{"long period", "driven", "external[0].periods", func(s *tnn.Spec) { s.Externals[0].Periods = []int{1 << 31} }},
		{"polarity", "driven", "external[0].polarity", func(s *tnn.Spec) { s.Externals[0].Polarity = 0 }},
		{"sublattice", "driven", "external[0].sublattice", func(s *tnn.Spec) { s.Externals[0].Sublattice = "left" }},
		{"weight", "driven", "external[0].weight", func(s *tnn.Spec) { s.Externals[0].Weight = 0 }},
		{"weight NaN", "driven", "external[0].weight", func(s *tnn.Spec) { s.Externals[0].Weight = nan }},
		{"weight infinite", "driven", "external[0].weight", func(s *tnn.Spec) { s.Externals[0].Weight = -inf }},
		{"too far apart", "driven", "graph.separation", func(s *tnn.Spec) { s.Graph.Separation = 60 }},
		{"endlessly far apart", "driven", "graph.separation", func(s *tnn.Spec) { s.Graph.Separation = math.MaxInt }},
		{"no room at random", "driven", "graph.separation", func(s *tnn.Spec) {
			s.Graph.Kind = graph.Random
			s.Externals[0].Pairs = 100
		}},
		{"some named", "driven", "external[1].nodes", func(s *tnn.Spec) { s.Externals[1].Nodes = tnn.Numbered(0, 1) }},
		{"first named only", "driven", "external[1].nodes", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, 1) }},
		{"too few named", "driven", "external[0].nodes", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0) }},
		{"too many named", "driven", "external[0].nodes", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, 1, 2, 3) }},
		{"negative node", "driven", "external[0].nodes[1]", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, -1) }},
		{"node outside", "driven", "external[0].nodes[0]", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(900, 1) }},
		{"wrong sublattice", "driven", "external[0].nodes[1]", func(s *tnn.Spec) { s.Externals[0].Nodes = tnn.Numbered(0, 2) }},
		{"node twice", "driven", "external[1].nodes[1]", func(s *tnn.Spec) {
			s.Externals = s.Externals[:2]
			s.Externals[0].Nodes = tnn.Numbered(0, 5)
			s.Externals[1].Nodes = tnn.Numbered(7, 0)
		}},
		{"file needs nodes", "driven", "external[0].nodes", func(s *tnn.Spec) {
			s.Graph.Kind = tnn.FromFile
			s.Groups[0].Connections = 0
			s.Externals[0].Connections = 0
		}},

		{"no era", "isolated", "era", func(s *tnn.Spec) { s.Eras = nil }},
		{"negative era", "isolated", "era[0].steps", func(s *tnn.Spec) { s.Eras[0].Steps = -500 }},
		{"empty era", "isolated", "era[0].steps", func(s *tnn.Spec) { s.Eras[0].Steps = 0 }},
		{"sweeps of one era", "isolated", "era[0].steps", func(s *tnn.Spec) { s.Eras[0].Steps = 1 << 32 }},
		{"sweeps with relaxations", "relaxed", "era[0].steps", func(s *tnn.Spec) { s.Eras[0].Steps = (1<<32-1)/11 + 1 }},
		{"sweeps of all eras", "isolated", "era[1].steps", func(s *tnn.Spec) {
			s.Eras = append(s.Eras, tnn.EraSpec{Steps: math.MaxInt, Mode: tnn.Off})
		}},
		{"mode", "isolated", "era[0].mode", func(s *tnn.Spec) { s.Eras[0].Mode = "on" }},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := preset(t, c.preset)
			c.spoil(s)
			err := s.Validate()
			var bad *model.KeyError
			if !errors.As(err, &bad) {
				t.Fatalf("the error is %v, and a *model.KeyError was expected", err)
			}
			if bad.Key != c.key {
				t.Errorf("the key at fault is %q, and %q was expected: %v", bad.Key, c.key, err)
			}
			if !strings.HasPrefix(err.Error(), c.key+" is ") || strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("the message is no sentence about the key: %q", err)
			}
		})
	}
}

func TestValidateAccepts(t *testing.T) {
	for what, spec := range map[string]*tnn.Spec{
		"one dimension":       lattice(graph.Neighbor, 6, false, 7),
		"a bipartite ring":    lattice(graph.Neighbor, 4, true, 8),
		"three dimensions":    lattice(graph.Neighbor, 24, false, 5, 6, 7),
		"a bipartite cube":    lattice(graph.Neighbor, 44, true, 8, 8, 8),
		"a complete graph":    lattice(graph.Random, 8, false, 3, 3),
		"two complete halves": lattice(graph.Random, 8, true, 4, 4),
		"odd sides at random": lattice(graph.Gaussian, 5, false, 3, 3),
		"most nodes":          lattice(graph.Neighbor, 2, false, tnn.MaxNodes),
	} {
		if err := spec.Validate(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range map[string]func(s *tnn.Spec){
		"a fixed edge":           func(s *tnn.Spec) { s.Edge.Kind = tnn.Fixed },
		"real2 with huge bounds": func(s *tnn.Spec) { s.Edge.Kind, s.Edge.Bound = tnn.Real2, 1e30 },
		"255 groups": func(s *tnn.Spec) {
			for range 254 {
				g := s.Groups[0]
				g.Count = 3
				s.Groups = append(s.Groups, g)
			}
		},
		"groups that count all": func(s *tnn.Spec) {
			s.Groups = append(s.Groups, s.Groups[0])
			s.Groups[0].Count, s.Groups[1].Count = 891, 1
		},
		"a negative weight":       func(s *tnn.Spec) { s.Externals[0].Weight = -160 },
		"more periods than eras":  func(s *tnn.Spec) { s.Externals[0].Periods = []int{1, 2, 3} },
		"external nodes far away": func(s *tnn.Spec) { s.Graph.Separation = 8 },
		"the last sweep":          func(s *tnn.Spec) { s.Eras[0].Steps = tnn.MaxSweeps },
		"named nodes": func(s *tnn.Spec) {
			s.Externals = s.Externals[:2]
			s.Externals[0].Nodes = tnn.Numbered(0, 44)
			s.Externals[1].Nodes = tnn.Numbered(15, 451)
		},
	} {
		s := preset(t, "driven")
		change(s)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestValidateTakesNoMemory validates the largest networks there are.
func TestValidateTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, s := range []*tnn.Spec{
		lattice(graph.Neighbor, 2, false, tnn.MaxNodes),
		lattice(graph.Neighbor, 1<<20, false, 1<<11),
		lattice(graph.Random, 1<<20, false, 1<<20, 1<<10),
		lattice(graph.Neighbor, 4, false, math.MaxInt, math.MaxInt),
	} {
		_ = s.Validate()
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("validation took %d bytes", taken)
	}
}

// TestConnectionsAreThoseThatAGraphHas holds validation against the graphs that
// can be built: neither knows of the other.
func TestConnectionsAreThoseThatAGraphHas(t *testing.T) {
	for _, sides := range [][]int{{1}, {2}, {5}, {8}, {1, 8}, {3, 3}, {4, 6}, {7, 5}, {8, 8}, {2, 2, 2}, {3, 4, 5}, {5, 5, 5}, {8, 8, 10}} {
		for _, bipartite := range []bool{false, true} {
			for connections := 1; connections < 66; connections++ {
				s := lattice(graph.Neighbor, connections, bipartite, sides...)
				_, report, err := graph.Build(graph.Options{
					Kind: graph.Neighbor, Sides: sides, Bipartite: bipartite,
					Connections: func(int) int { return connections },
				})
				valid := s.Validate()
				if (valid == nil) != (err == nil) {
					t.Errorf("%v bipartite %v, %d connections: validation says %v, building %v", sides, bipartite, connections, valid, err)
				}
				if err == nil && report.Missing != 0 {
					t.Errorf("%v bipartite %v, %d connections: %v", sides, bipartite, connections, report)
				}
			}
		}
	}
}

// TestNearestConnectionsAreValid takes the numbers that a message offers.
func TestNearestConnectionsAreValid(t *testing.T) {
	for _, sides := range [][]int{{100}, {40, 40}, {20, 20, 20}} {
		for connections := 1; connections < 40; connections++ {
			err := lattice(graph.Neighbor, connections, true, sides...).Validate()
			if err == nil {
				continue
			}
			_, offer, found := strings.Cut(err.Error(), "the nearest are ")
			var below, above int
			if !found {
				_, offer, _ = strings.Cut(err.Error(), "the least is ")
				_, scan := fmt.Sscanf(offer, "%d", &above)
				below = above
				if scan != nil {
					t.Fatalf("nothing is offered: %v", err)
				}
			} else if _, scan := fmt.Sscanf(offer, "%d and %d", &below, &above); scan != nil || below >= connections {
				t.Fatalf("the offer for %d is %q", connections, offer)
			}
			if above <= connections {
				t.Errorf("the offer for %d is %d", connections, above)
			}
			for _, c := range []int{below, above} {
				if err := lattice(graph.Neighbor, c, true, sides...).Validate(); err != nil {
					t.Errorf("%d is offered, but %v", c, err)
				}
			}
		}
	}
}

// TestRoomIsNotRefused looks for external nodes that fit and are refused.
func TestRoomIsNotRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bipartite := rapid.Bool().Draw(t, "bipartite")
		side := rapid.IntRange(4, 12).Draw(t, "half a side")
		reaches := []int{4, 12, 24}
		if bipartite {
			reaches = []int{4, 16, 36}
		}
		s := lattice(graph.Neighbor, rapid.SampledFrom(reaches).Draw(t, "connections"), bipartite, 2*side, 2*side)
		s.Graph.Separation = rapid.IntRange(0, 9).Draw(t, "separation")
		s.Externals = tnn.Defaults().Externals
		e := &s.Externals[0]
		e.Pairs, e.Connections = rapid.IntRange(1, 20).Draw(t, "pairs"), rapid.SampledFrom(reaches).Draw(t, "external connections")
		e.Periods, e.Weight = []int{10}, 160
		_, _, err := graph.PlaceExternals(graph.Placement{
			Kind: s.Graph.Kind, Sides: s.Graph.Sides, Bipartite: bipartite, Pairs: e.Pairs, Separation: s.Graph.Separation,
			Connections: s.Groups[0].Connections, ExternalConnections: e.Connections, Seed: rapid.Uint64().Draw(t, "seed"),
		})
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Fatalf("there is room, but %v", err)
			}
		}
	})
}
