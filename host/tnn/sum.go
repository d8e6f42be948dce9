package tnn

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Sum implements model.Summed: SHA-256 of nodes and edges, of which nodes are external
// and in which group, of the schedule, and of what a file gives for the start.
func (n *Network) Sum() string {
	sum := sha256.New()
	w := bufio.NewWriterSize(sum, 1<<16)
	// A hash takes all that it is given.
	put := func(values any) { _ = binary.Write(w, binary.LittleEndian, values) }
	count := func(values ...int) {
		for _, v := range values {
			put(int64(v))
		}
	}
	count(n.Graph.Nodes, len(n.Graph.Edges))
	for _, e := range n.Graph.Edges {
		var ends [8]byte
		binary.LittleEndian.PutUint32(ends[:], uint32(e.A))
		binary.LittleEndian.PutUint32(ends[4:], uint32(e.B))
		w.Write(ends[:])
	}
	count(len(n.Externals))
	for _, e := range n.Externals {
		count(int(e.ID))
	}
	count(len(n.Group))
	w.Write(n.Group)
	count(len(n.Schedule))
	for _, set := range n.Schedule {
		count(len(set))
		put(set)
	}
	for _, start := range [][]float64{n.Weights, n.States} {
		count(len(start))
		put(start)
	}
	_ = w.Flush()
	return hex.EncodeToString(sum.Sum(nil))
}
