package tnn

import (
	"fmt"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Sites implements model.Sited: nodes are at the sites of the lattice.
func (n *Network) Sites() model.Sites {
	return model.Sites{Space: state.Node, Count: n.Graph.Nodes, Sides: n.Graph.Lattice.Sides, Bipartite: n.Graph.Bipartite, Marked: len(n.Externals), Field: "state", Signed: true}
}

// Region lists the nodes of a box of the lattice, ids ascending: those whose
// coordinates are at least from and below to, in every dimension.
func (n *Network) Region(from, to []int) ([]int, error) { return regionOf(n.Graph.Lattice, from, to) }

func regionOf(lattice graph.Lattice, from, to []int) ([]int, error) {
	sides := lattice.Sides
	if len(sides) == 0 {
		return nil, fmt.Errorf("the graph has no lattice, so it has no region from %v to %v; name the nodes instead", from, to)
	}
	if len(from) != len(sides) || len(to) != len(sides) {
		return nil, fmt.Errorf("the region from %v to %v does not have the %d dimensions of the lattice", from, to, len(sides))
	}
	nodes := 1
	for d, side := range sides {
		if from[d] < 0 || from[d] >= to[d] || to[d] > side {
			return nil, fmt.Errorf("the region from %v to %v is empty or leaves the lattice of sides %v", from, to, sides)
		}
		nodes *= to[d] - from[d]
	}
	at := make([]int, len(sides))
	ids := make([]int, nodes)
	for i := range ids {
		rest := i
		for d := len(sides) - 1; d >= 0; d-- {
			extent := to[d] - from[d]
			at[d] = from[d] + rest%extent
			rest /= extent
		}
		ids[i] = lattice.ID(at)
	}
	return ids, nil
}
