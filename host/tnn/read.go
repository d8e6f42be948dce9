package tnn

import (
	"errors"
	"fmt"
	"io/fs"
	"math"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/memory"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/text"
)

// read takes the graph from a file, and checks what Validate could not.
func (b *builder) read() error {
	if err := b.readFile(); err != nil {
		return err
	}
	return firstOf(
		b.checkLattice,
		func() error { return b.findNamed(model.NewNames(b.names, b.graph.Nodes)) },
		func() error { b.addExternals(places{}); return b.checkNetworkNodes() },
		func() error { return b.checkCounts(int64(b.graph.Nodes)) },
		func() error {
			if len(b.externals) == 0 {
				return nil
			}
			return b.misplaced(graph.CheckSeparation(b.graph, b.isExternal, max(2, b.Graph.Separation)))
		},
		b.checkWeights,
		func() error { return b.drawGroups(b.graph.Nodes) },
		b.wasExternal,
	)
}

func (b *builder) readFile() error {
	name := b.Graph.File
	if name == "" {
		return model.BadKey("graph.file", nil, "name the file of a graph of kind file: an edge list, GraphML, GEXF, GML, or the final.npz of a run")
	}
	limit := memory.Limit()
	from, err := exchange.Read(name, exchange.Options{Lattice: len(b.Graph.Sides) > 0, Memory: limit})
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			return model.BadKey("graph.file", name, fmt.Sprintf("it cannot be opened (%v)", path.Err))
		}
		return model.BadKey("graph.file", name, "it is no graph that can be read; "+err.Error())
	}
	b.graph, b.weights, b.states, b.names, b.notes, b.marked = from.Graph, from.Weights, from.States, from.Names, from.Notes, from.External
	b.keep(from)
	if n := b.graph.Nodes; n == 0 || n > MaxNodes || int64(len(b.graph.Edges)) > MaxEdges {
		return model.BadKey("graph.file", name, fmt.Sprintf("it has %s and %s; 1 to %d nodes and %d edges are possible",
			text.Count(n, "node"), text.Count(len(b.graph.Edges), "edge"), int64(MaxNodes), int64(MaxEdges)))
	}
	return b.checkMemory(limit)
}

// checkMemory refuses a graph whose tables, with the state of a replica in single
// precision, do not fit in some bytes; 0 is any number.
func (b *builder) checkMemory(limit int64) error {
	is := sizeOf(b.graph)
	need := is.tableBytes() + is.stateBytes(b.Network.Rule, state.Single, 1)
	if limit <= 0 || need <= limit {
		return nil
	}
	return model.BadKey("graph.file", b.Graph.File, fmt.Sprintf("with %d nodes, from 0 to the last that it names, and %s the network takes at least %.3g GB, and there are %.3g GB for this process",
		is.nodes, text.Count(is.edges, "edge"), float64(need)/1e9, float64(limit)/1e9))
}

// checkLattice puts the graph on the lattice, if there is one. Nodes that the
// file does not name have no edges.
func (b *builder) checkLattice() error {
	sites := int(b.sites())
	if sites == 0 {
		return nil
	}
	g := b.graph
	if g.Nodes > sites {
		return model.BadKey("graph.sides", b.Graph.Sides, fmt.Sprintf("the lattice has %d sites, and %s has %d nodes", sites, b.Graph.File, g.Nodes))
	}
	if b.states != nil {
		b.states = append(b.states, make([]float64, sites-g.Nodes)...)
	}
	for _, all := range [][]exchange.Attribute{b.said, b.attributes} {
		for i := range all {
			all[i].Lengthen(sites)
		}
	}
	if b.names != nil {
		b.names = nil
		b.notes = append(b.notes, "on the lattice its nodes are called by the numbers of sites, in the order of the file")
	}
	g.Nodes, g.Lattice, g.Bipartite = sites, graph.Lattice{Sides: b.Graph.Sides}, b.Graph.Bipartite
	if !g.Bipartite {
		return nil
	}
	for _, e := range g.Edges {
		if parity := g.Lattice.Parity(int(e.A)); e.A != e.B && parity == g.Lattice.Parity(int(e.B)) {
			return model.BadKey("graph.bipartite", true, fmt.Sprintf("%s has an edge between nodes %d and %d, which are both on %s sites", b.Graph.File, e.A, e.B, parityName(parity)))
		}
	}
	return nil
}

// findNamed finds the external nodes, which are called as the file calls them.
func (b *builder) findNamed(names *model.Names) error {
	b.sitesOf = make([][]int, len(b.Externals))
	taken := make(map[int]bool)
	for i, e := range b.Externals {
		for k, asked := range e.Nodes {
			key := fmt.Sprintf("external[%d].nodes[%d]", i, k)
			id, err := names.Find(fmt.Sprint(asked))
			switch {
			case err != nil && names.All() == nil:
				return model.BadKey(key, asked, fmt.Sprintf("nodes are numbered from 0 to %d", b.graph.Nodes-1))
			case err != nil:
				return model.BadKey(key, asked, err.Error())
			case taken[id]:
				return model.BadKey(key, asked, "this node is named twice")
			}
			taken[id] = true
			b.sitesOf[i] = append(b.sitesOf[i], id)
		}
	}
	return nil
}

func (b *builder) checkNetworkNodes() error {
	if len(b.externals) == b.graph.Nodes {
		return model.BadKey("external", len(b.externals), "all nodes are external, and at least one must be a network node")
	}
	return nil
}

// checkWeights checks the start weights, if there are any. Those of external
// nodes' edges are not used.
func (b *builder) checkWeights() error {
	names := model.NewNames(b.names, b.graph.Nodes)
	for i, w := range b.weights {
		e := b.graph.Edges[i]
		if math.Abs(w) > b.Edge.Bound && !b.isExternal(int(e.A)) && !b.isExternal(int(e.B)) {
			return model.BadKey("edge.bound", b.Edge.Bound, fmt.Sprintf("%s gives the edge of nodes %s and %s the weight %v, which is out of these bounds", b.Graph.File, names.Of(int(e.A)), names.Of(int(e.B)), w))
		}
	}
	return nil
}
