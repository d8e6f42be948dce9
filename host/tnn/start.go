package tnn

import (
	"math"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Start is the state before the initialisation visit of docs/model.md section 8:
// random weights, fixed weights of the external nodes, and for hylton2019 random
// states; or the weights and states that the file of the graph gives. One seed makes one replica.
func (n *Network) Start(p state.Precision, seeds []uint64) *state.State {
	s := n.NewState(p, len(seeds))
	for i := range s.Arrays {
		n.startArray(&s.Arrays[i], seeds)
	}
	return s
}

// StartArray is one array of Start, for those who have no room for all of them at
// once. It is nil where all values are zero.
func (n *Network) StartArray(f state.Field, p state.Precision, seeds []uint64) *state.Array {
	if n.starter(f.Name) == nil {
		return nil
	}
	a := state.NewArray(f, p, len(seeds)*n.Length(f.Space))
	n.startArray(&a, seeds)
	return &a
}

// starter gives what sets the start of a field in one replica: nil where the
// values stay zero.
func (n *Network) starter(field string) func(a *state.Array, replica int, key [2]uint32) {
	switch field {
	case "weight":
		return n.startWeights
	case "dissipation", "transport", "quality_numerator", "quality_denominator":
		return n.startHeld
	case "state", "adapted_state":
		switch {
		case n.States != nil:
			return n.giveStates
		case n.Spec.Network.Rule == Hylton2019:
			return n.startStates
		}
	}
	return nil
}

func (n *Network) startArray(a *state.Array, seeds []uint64) {
	set := n.starter(a.Name)
	if set == nil {
		return
	}
	for r, seed := range seeds {
		set(a, r, rng.Key(seed))
	}
}

// startHeld sets a held statistic of every network node to 1.
func (n *Network) startHeld(a *state.Array, replica int, _ [2]uint32) {
	base := replica * n.Length(state.Node)
	parallel(n.Layout.Positions, func(from, to int) {
		for i := from; i < to; i++ {
			if n.Layout.Active[i/Lanes]>>(i%Lanes)&1 == 1 {
				a.Set(base+i, 1)
			}
		}
	})
}

func (n *Network) startWeights(weight *state.Array, replica int, key [2]uint32) {
	base := replica * n.Length(state.Edge)
	at := func(i int) int { return base + int(n.Layout.EdgeWeight[i]) }
	if n.Weights == nil {
		n.SpecOf(replica).drawWeights(n.Graph.Edges, weight, at, key)
	}
	for i, w := range n.Weights {
		weight.Set(at(i), w)
	}
	for _, x := range n.Externals {
		for h := range n.Layout.halfEdges(int(n.Layout.Position[x.ID])) {
			weight.Set(base+int(n.Layout.Weight[h]), x.Weight)
		}
	}
}

// drawWeights draws the weight of every edge.
func (s *Spec) drawWeights(edges []graph.Edge, weight *state.Array, at func(i int) int, key [2]uint32) {
	plain, loop := s.startDeviations()
	draw := func(i int, lo, hi uint32, deviation float64) {
		x := rng.Philox([4]uint32{lo, hi, 0, uint32(rng.InitialWeight)}, key)
		weight.Set(at(i), deviation*rng.Normal[float64](x[0], x[1]))
	}
	parallel(len(edges), func(from, to int) {
		for i := from; i < to; i++ {
			if e := edges[i]; e.A != e.B {
				draw(i, uint32(min(e.A, e.B)), uint32(max(e.A, e.B)), plain)
			}
		}
	})
	loops := make(map[int32]uint32) // of a node: those that have their weight
	for i, e := range edges {
		if e.A == e.B {
			draw(i, uint32(e.A), rng.SelfLoop(loops[e.A]), loop)
			loops[e.A]++
		}
	}
}

// startDeviations are the standard deviations of the weights of edges between two
// nodes and of self-loops.
func (s *Spec) startDeviations() (plain, loop float64) {
	m := s.Edge.M()
	if s.Network.Rule == Hylton2020 {
		return math.Sqrt(1 / (2 * m)), math.Sqrt(1 / (2 * m))
	}
	return math.Sqrt(3 / (2 * m)), math.Sqrt(2 / (2 * m))
}

// giveStates sets the state of every network node to the one it is to start from.
func (n *Network) giveStates(a *state.Array, replica int, _ [2]uint32) {
	base := replica * n.Length(state.Node)
	for at, id := range n.Layout.ID {
		if id >= 0 && n.IsNetwork(id) {
			a.Set(base+at, n.States[id])
		}
	}
}

// startStates draws the state of every network node.
func (n *Network) startStates(a *state.Array, replica int, key [2]uint32) {
	base, groups := replica*n.Length(state.Node), n.SpecOf(replica).Groups
	parallel(n.Layout.Positions, func(from, to int) {
		for at := from; at < to; at++ {
			if n.Layout.Active[at/Lanes]>>(at%Lanes)&1 == 0 {
				continue
			}
			id := n.Layout.ID[at]
			levels := groups[n.group(id)].Levels
			x := rng.Philox([4]uint32{uint32(id), 0, 0, uint32(rng.InitialState)}, key)
			level := math.Floor(float64(levels) * rng.Uniform[float64](x[0]))
			a.Set(base+at, -1+2*level/float64(levels-1))
		}
	})
}
