package tnn_test

import (
	"math"
	"testing"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// TestSizesDoNotWrap has the largest networks that are valid, and as many replicas
// of them as a configuration can have.
func TestSizesDoNotWrap(t *testing.T) {
	for _, s := range []*tnn.Spec{
		lattice(graph.Neighbor, 2, false, tnn.MaxNodes),
		lattice(graph.Random, 1<<16, false, 1<<16, 1),
		lattice(graph.Random, 1<<20, false, 1<<12),
		lattice(graph.Random, 7, false, 1<<30),
	} {
		nodes, edges := s.Estimate()
		if nodes < 1 || nodes > tnn.MaxNodes || edges < 1 {
			t.Errorf("sides %v with %d connections: %d nodes and %d edges", s.Graph.Sides, s.Groups[0].Connections, nodes, edges)
		}
		if err := s.Validate(); err == nil && edges > tnn.MaxEdges {
			t.Errorf("%d edges are valid", edges)
		}
		const replicas = 1 << 20
		want := float64(8*replicas) * (6*float64(nodes) + 12*float64(edges) + float64(edges))
		if got := float64(s.Bytes(state.Double, replicas)); edges <= tnn.MaxEdges && math.Abs(got/want-1) > 1e-3 {
			t.Errorf("sides %v with %d connections take %g bytes, want %g", s.Graph.Sides, s.Groups[0].Connections, got, want)
		}
	}
}
