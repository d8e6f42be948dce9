package main

import (
	"fmt"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/picture"
	"tnn-gpu/host/results"
	"tnn-gpu/host/tnn"
)

// builtNetwork builds the network of a run again.
func builtNetwork(run *results.Run) (*tnn.Network, error) {
	spec, ok := run.Config.Spec.(*tnn.Spec)
	if !ok {
		return nil, fmt.Errorf("this program does not know the model %q of the run %s", run.Config.Model, run.Path)
	}
	net, err := tnn.Build(spec, run.Config.Run.Seed)
	if err != nil {
		return nil, fmt.Errorf("the network of the run %s cannot be built: %w", run.Path, run.Config.Locate(err))
	}
	return net, nil
}

// picturedNetwork is what pictures show of a run: the whole network, or the nodes
// whose numbers are given because no others were recorded.
func picturedNetwork(run *results.Run, numbers []int) (*picture.Network, error) {
	if spec, ok := run.Config.Spec.(*tnn.Spec); ok && numbers == nil && len(spec.Externals) == 0 && len(spec.Graph.Sides) > 0 {
		return onLattice(&graph.Graph{Lattice: graph.Lattice{Sides: spec.Graph.Sides}, Bipartite: spec.Graph.Bipartite}), nil
	}
	net, err := builtNetwork(run)
	if err != nil {
		return nil, err
	}
	if numbers == nil {
		return pictured(net, len(net.Graph.Lattice.Sides) == 0), nil
	}
	whole := pictured(net, true)
	sides, err := boxSides(run.Config.Record.Region)
	return whole.Restrict(numbers, sides), err
}

// boxSides are those of a recorded region; nil where there is none.
func boxSides(region string) ([]int, error) {
	if region == "" {
		return nil, nil
	}
	from, to, err := model.ParseRegion(region)
	var sides []int
	for d := range from {
		sides = append(sides, to[d]-from[d])
	}
	return sides, err
}

// onLattice is what pictures need to know of a graph's sites.
func onLattice(g *graph.Graph) *picture.Network {
	out := &picture.Network{Nodes: max(g.Nodes, g.Lattice.Sites()), Sides: g.Lattice.Sides}
	if g.Bipartite {
		out.Sign = make([]int8, out.Nodes)
		for id := range out.Sign {
			out.Sign[id] = int8(1 - 2*g.Lattice.Parity(id))
		}
	}
	return out
}

// pictured adds external nodes and, where they are drawn, edges.
func pictured(net *tnn.Network, edges bool) *picture.Network {
	out := onLattice(net.Graph)
	number := make(map[int32]int, len(net.Externals))
	for i, e := range net.Externals {
		number[e.ID] = i
		out.External = append(out.External, picture.External{ID: e.ID})
	}
	if !edges && len(number) == 0 {
		return out
	}
	for _, e := range net.Graph.Edges {
		if i, found := number[e.A]; found {
			out.External[i].Neighbours = append(out.External[i].Neighbours, e.B)
		}
		if i, found := number[e.B]; found {
			out.External[i].Neighbours = append(out.External[i].Neighbours, e.A)
		}
		if edges {
			out.Edges = append(out.Edges, [2]int32{e.A, e.B})
		}
	}
	return out
}
