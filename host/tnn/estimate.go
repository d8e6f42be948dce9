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
	var most, mostLoops int64 // of a node that any of the groups without a count can have
	for _, g := range s.Groups {
		stubs += int64(g.Count) * int64(g.Connections)
		loops += int64(g.Count) * int64(g.SelfLoops)
		if g.Count == 0 {
			most, mostLoops = max(most, int64(g.Connections)), max(mostLoops, int64(g.SelfLoops))
		}
	}
	stubs += max(0, left) * most
	loops += max(0, left) * mostLoops
	for _, e := range s.Externals {
		stubs += int64(e.Size()) * int64(e.Connections)
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
	return s.size().stateBytes(s.Network.Rule, p, replicas)
}

func (s *Spec) tableBytes() int64 { return s.size().tableBytes() }

// size is how many items there are of each kind, at most.
type size struct{ nodes, halfEdges, edges int64 }

func (s *Spec) size() size {
	nodes, edges := s.Estimate()
	stubs, loops := s.halfEdges()
	return size{nodes, stubs + loops, edges}
}

// sizeOf is the size of a graph that is known.
func sizeOf(g *graph.Graph) size {
	n := size{int64(g.Nodes), 0, int64(len(g.Edges))}
	for _, e := range g.Edges {
		if n.halfEdges++; e.A != e.B {
			n.halfEdges++
		}
	}
	return n
}

func (n size) stateBytes(rule Rule, p state.Precision, replicas int) int64 {
	length := map[state.Space]int64{state.Node: n.nodes, state.HalfEdge: n.halfEdges, state.Edge: n.edges}
	var values int64
	for _, f := range Fields(rule) {
		if !f.Derived {
			values += length[f.Space]
		}
	}
	return int64(replicas) * int64(p.Bytes()) * values
}

func (n size) tableBytes() int64 {
	const number = 4 // bytes of a position, an id or an index
	return 2*number*n.nodes + 2*number*n.halfEdges + number*n.edges
}

// Need is Spec.Need of a network that is laid out, with the padding of its layout,
// which is more than the rest of it where a network is small.
func (n *Network) Need(p state.Precision, keys []uint64) (host, device int64) {
	tables := sizeOf(n.Graph).tableBytes()
	length := size{int64(n.Length(state.Node)), int64(n.Length(state.HalfEdge)), int64(n.Length(state.Edge))}
	states := length.stateBytes(n.Spec.Network.Rule, p, len(keys))
	if n.Regular() {
		return states + tables, states
	}
	return states + tables, states + tables
}
