package tnn

import (
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
)

// Estimate is the number of nodes, external ones included, and the largest
// number of edges, self-loops included, that a valid specification can have. For
// a graph of kind file both are 0 where only the file says them.
func (s *Spec) Estimate() (nodes, edges int64) {
	nodes = s.sites()
	stubs, loops := s.halfEdges()
	return nodes, stubs/2 + loops
}

// halfEdges counts the half-edges that are wanted: those of edges between two
// nodes, and self-loops.
func (s *Spec) halfEdges() (stubs, loops int64) {
	left := s.sites() - s.external()
	for _, g := range s.Groups {
		left -= int64(g.Count)
	}
	for _, g := range s.Groups {
		count := int64(g.Count)
		if count == 0 {
			count = max(0, left)
		}
		stubs += count * int64(g.Connections)
		loops += count * int64(g.SelfLoops)
	}
	for _, e := range s.Externals {
		stubs += 2 * int64(e.Pairs) * int64(e.Connections)
	}
	return stubs, loops
}

// Bytes is the memory that the state of a valid specification takes, one for
// each replica, with the tables of its layout: of nodes and neighbours. Padding,
// which is small in large networks, and a backend's own buffers come on top.
func (s *Spec) Bytes(p state.Precision, replicas int) int64 {
	return s.stateBytes(p, replicas) + s.tableBytes()
}

// DeviceBytes is Bytes of a device that needs no tables where arithmetic gives
// neighbours (see Network.Regular).
func (s *Spec) DeviceBytes(p state.Precision, replicas int) int64 {
	bytes := s.stateBytes(p, replicas)
	if s.Graph.Kind == graph.Neighbor && s.Graph.Bipartite && len(s.Groups) == 1 && s.Groups[0].SelfLoops == 0 && len(s.Externals) == 0 {
		return bytes
	}
	return bytes + s.tableBytes()
}

func (s *Spec) stateBytes(p state.Precision, replicas int) int64 {
	nodes, edges := s.Estimate()
	stubs, loops := s.halfEdges()
	length := map[state.Space]int64{state.Node: nodes, state.HalfEdge: stubs + loops, state.Edge: edges}
	var values int64
	for _, f := range Fields(s.Network.Rule) {
		if !f.Derived {
			values += length[f.Space]
		}
	}
	return int64(replicas) * int64(p.Bytes()) * values
}

func (s *Spec) tableBytes() int64 {
	const number = 4 // bytes of a position, an id or an index
	nodes, edges := s.Estimate()
	stubs, loops := s.halfEdges()
	return 2*number*nodes + 2*number*(stubs+loops) + number*edges
}
