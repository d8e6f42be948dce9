package tnn_test

import (
	"math"
	"testing"

	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// TestLargeNetwork does by arithmetic what no test machine has room for: a lattice
// whose sizes do not fit into 32 bits.
func TestLargeNetwork(t *testing.T) {
	const (
		side   = 32768
		memory = 139 << 30 // of a large GPU
	)
	s := preset(t, "isolated4")
	s.Graph.Sides = []int{side, side}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	nodes, edges := s.Estimate()
	if nodes != 1<<30 || edges != 1<<31 {
		t.Errorf("it has %d nodes and %d edges, not 2^30 and 2^31", nodes, edges)
	}
	if last := uint64(edges) - 1; last > math.MaxUint32 {
		t.Errorf("weight %d has no 32-bit number", last)
	}
	need := s.DeviceBytes(state.Single, 1)
	if want := int64(128 << 30); need != want { // 6 + 4*6 + 2 values a node
		t.Errorf("it takes %d bytes, not %d", need, want)
	}
	if own := nodes * 2; need+own > memory { // a backend's own buffers take less than 2 bytes a node
		t.Errorf("it takes %d bytes with what the backend adds, and the device has %d", need+own, int64(memory))
	}
	if s.Bytes(state.Single, 1) <= need {
		t.Error("tables take no memory")
	}
	s.Graph.Bipartite = false
	if got := s.DeviceBytes(state.Single, 1); got != s.Bytes(state.Single, 1) {
		t.Errorf("without two sublattices it needs tables, but %d bytes are foretold", got)
	}

	l := &tnn.Layout{Rows: []int64{0, 1 << 27}}
	if got := uint64(l.HalfEdges()); got != 1<<32 {
		t.Errorf("2^27 rows have %d half-edges, not 2^32", got)
	}
}
