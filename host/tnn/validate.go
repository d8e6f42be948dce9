package tnn

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
)

// Limits of a network. Sizes are checked against them before memory is taken.
const (
	// MaxNodes leaves room, among 2^31 positions, for the padding of slices.
	MaxNodes = 1<<31 - 1<<24
	// MaxEdges is what the 32-bit index of a weight can number.
	MaxEdges = 1<<32 - 1
	// MaxSweeps is the last number of the 32-bit sweep counter of docs/model.md
	// section 7; sweep 0 is the initialisation.
	MaxSweeps = 1<<32 - 1
	// MaxConnections of a node, and as many self-loops.
	MaxConnections = 1 << 20
	// MaxLevels of a node: the uniform deviate that chooses one has 2^23 values.
	MaxLevels = 1 << 20
	// MaxGroups is what the group of a node, a byte, can tell apart.
	MaxGroups = 255
)

// Real parameters stay between these, so that they, their squares' roots and
// their reciprocals are ordinary numbers in single precision.
const (
	smallestReal = 1e-30
	largestReal  = 1e30
)

const maxPeriod = math.MaxInt32

// Validate says what the first impossible value of a specification is, as a
// *model.KeyError. It takes no memory to speak of and opens no file: for a graph of
// kind file, what depends on the file is left to Build.
func (s *Spec) Validate() error {
	return firstOf(
		s.checkNetwork,
		s.checkGraph,
		s.checkGroups,
		s.checkEdge,
		s.checkExternals,
		s.checkEras,
		s.checkChanges,
		s.checkConnections,
		s.checkSize,
	)
}

// firstOf runs checks until one fails.
func firstOf(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) checkNetwork() error {
	n := s.Network
	if err := model.OneOf("network.rule", n.Rule, Hylton2020, Hylton2019); err != nil {
		return err
	}
	if n.Rule == Hylton2019 {
		return model.Within("network.relaxations", n.Relaxations, 1, MaxSweeps-1, "sweeps that hylton2019 relaxes before it adapts")
	}
	if n.Relaxations != 0 {
		return model.BadKey("network.relaxations", n.Relaxations, "hylton2020 does not relax, so leave it out or take the rule hylton2019")
	}
	return nil
}

func (s *Spec) checkGraph() error {
	g, kind := s.Graph, s.Graph.Kind
	if err := model.OneOf("graph.kind", kind, graph.Neighbor, graph.Random, graph.Gaussian, graph.Exponential, FromFile); err != nil {
		return err
	}
	if err := s.checkSides(); err != nil {
		return err
	}
	switch {
	case kind == graph.Gaussian || kind == graph.Exponential:
		if err := positive("graph.scale", g.Scale, "in lattice units"); err != nil {
			return err
		}
	case g.Scale != 0:
		return model.BadKey("graph.scale", g.Scale, fmt.Sprintf("a graph of kind %s has none, so leave it out or take gaussian or exponential", g.Kind))
	}
	if g.File != "" && kind != FromFile {
		return model.BadKey("graph.file", g.File, fmt.Sprintf("a graph of kind %s is not read, so leave it out or set graph.kind to file", g.Kind))
	}
	if g.Seed > math.MaxInt64 {
		return model.BadKey("graph.seed", g.Seed, fmt.Sprintf("use a whole number from 0 (the seed of the run) to %d", int64(math.MaxInt64)))
	}
	return model.Within("graph.separation", g.Separation, 0, MaxNodes, "hops between two external nodes")
}

func (s *Spec) checkSides() error {
	g := s.Graph
	if len(g.Sides) == 0 {
		switch {
		case s.Graph.Kind != FromFile:
			return model.BadKey("graph.sides", nil, "give the 1, 2 or 3 sides of the lattice, such as [30, 30]")
		case g.Bipartite:
			return model.BadKey("graph.bipartite", true, "even and odd sites are those of a lattice, so give graph.sides too")
		}
		return nil
	}
	if len(g.Sides) > 3 {
		return model.BadKey("graph.sides", g.Sides, "a lattice has 1, 2 or 3 sides")
	}
	sites := int64(1)
	for _, side := range g.Sides {
		if side < 1 {
			return model.BadKey("graph.sides", g.Sides, "every side must be 1 or more")
		}
		if int64(side) > MaxNodes/sites {
			return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("a network has at most %d nodes", int64(MaxNodes)))
		}
		sites *= int64(side)
		if g.Bipartite && s.Graph.Kind != FromFile && side%2 != 0 {
			return model.BadKey("graph.sides", g.Sides, fmt.Sprintf("a bipartite lattice needs even sides, so make the side %d one longer or shorter, or set graph.bipartite to false", side))
		}
	}
	return nil
}

func (s *Spec) checkGroups() error {
	if len(s.Groups) == 0 {
		return model.BadKey("group", nil, "give at least one [[group]] of network nodes")
	}
	if len(s.Groups) > MaxGroups {
		return model.BadKey("group", len(s.Groups), fmt.Sprintf("at most %d groups can be told apart", MaxGroups))
	}
	for i, g := range s.Groups {
		if err := s.checkGroup(fmt.Sprintf("group[%d]", i), g); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) checkGroup(key string, g GroupSpec) error {
	return firstOf(
		func() error {
			if strings.ContainsFunc(g.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
				return model.BadKey(key+".name", g.Name, "use printable characters")
			}
			return nil
		},
		func() error {
			return model.Within(key+".count", g.Count, 0, MaxNodes, "nodes, 0 taking all that are left")
		},
		func() error { return s.checkChoice(key, g) },
		func() error { return s.checkConnectionCount(key, g.Connections) },
		func() error {
			if s.Graph.Kind == FromFile && g.SelfLoops != 0 {
				return model.BadKey(key+".self_loops", g.SelfLoops, "a graph of kind file lists its self-loops itself, so leave it out")
			}
			return model.Within(key+".self_loops", g.SelfLoops, 0, MaxConnections, "edges from a node to itself")
		},
		func() error { return model.Within(key+".levels", g.Levels, 2, MaxLevels, "levels, 2 being binary") },
		func() error {
			if s.Network.Rule == Hylton2019 {
				return notNegative(key+".threshold", g.Threshold)
			}
			return positive(key+".threshold", g.Threshold, "in units of kT")
		},
		func() error {
			return positive(key+".inverse_temperature", g.InverseTemperature, "in units of 1/kT")
		},
	)
}

// checkConnectionCount checks the range only; see checkConnections.
func (s *Spec) checkConnectionCount(key string, connections int) error {
	if s.Graph.Kind != FromFile {
		return model.Within(key+".connections", connections, 1, MaxConnections, "edges to other nodes")
	}
	if connections != 0 {
		return model.BadKey(key+".connections", connections, "a graph of kind file says itself who is joined, so leave it out")
	}
	return nil
}

func (s *Spec) checkEdge() error {
	e := s.Edge
	return firstOf(
		func() error { return model.OneOf("edge.kind", e.Kind, Real1, Real2, Fixed) },
		func() error {
			return positive("edge.inverse_temperature", e.InverseTemperature, "in units of 1/kT")
		},
		func() error { return notNegative("edge.size_mass", e.SizeMass) },
		func() error { return notNegative("edge.change_mass", e.ChangeMass) },
		func() error { return positive("edge.bound", e.Bound, "the largest magnitude of a weight") },
	)
}

func (s *Spec) checkEras() error {
	if len(s.Eras) == 0 {
		return model.BadKey("era", nil, "give at least one [[era]] with its steps")
	}
	left := MaxSweeps / int64(s.Sweeps())
	for i, e := range s.Eras {
		key := fmt.Sprintf("era[%d]", i)
		if e.Steps < 1 {
			return model.BadKey(key+".steps", e.Steps, "use 1 step or more")
		}
		if int64(e.Steps) > left {
			return model.BadKey(key+".steps", e.Steps, fmt.Sprintf(
				"all eras together must have at most %d steps, since sweeps (%d a step) are counted with 32 bits", MaxSweeps/int64(s.Sweeps()), s.Sweeps()))
		}
		left -= int64(e.Steps)
		if err := model.OneOf(key+".mode", e.Mode, Driven, Off, Noise, Reflect); err != nil {
			return err
		}
	}
	return nil
}

func positive(key string, value float64, what string) error {
	return model.Between(key, value, smallestReal, largestReal, what)
}

func notNegative(key string, value float64) error {
	if value == 0 || value >= smallestReal && value <= largestReal {
		return nil
	}
	return model.BadKey(key, value, fmt.Sprintf("use 0 or a number from %g to %g", smallestReal, largestReal))
}
