package tnn_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"testing"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

type frozenNetwork struct {
	spec          *tnn.Spec
	layout, start string // digests
}

// frozen are networks whose layouts and starts were written down when both were
// made in the plainest way. A run that is resumed counts on them.
func frozen() map[string]frozenNetwork {
	spec := func(change func(*tnn.Spec)) *tnn.Spec {
		s := tnn.Defaults()
		s.Eras[0].Steps = 1
		s.Externals = nil
		change(s)
		return s
	}
	external := func(connections int) []tnn.ExternalSpec {
		return []tnn.ExternalSpec{{Pairs: 3, Connections: connections, Periods: []int{20}, Polarity: 1, Sublattice: tnn.Odd, Weight: 0.5}}
	}
	return map[string]frozenNetwork{
		"bipartite lattice": {spec(func(s *tnn.Spec) {
			s.Graph = tnn.GraphSpec{Kind: graph.Neighbor, Sides: []int{34, 18}, Bipartite: true}
			s.Groups[0].Connections = 16
		}), "6f65b1d85bd49bab", "9ea1d2a483e76eb9"},
		"lattice in space with self-loops": {spec(func(s *tnn.Spec) {
			s.Graph = tnn.GraphSpec{Kind: graph.Neighbor, Sides: []int{5, 7, 6}}
			s.Groups[0].Connections, s.Groups[0].SelfLoops = 6, 2
		}), "f573690b326bf30d", "17a729e7111dfb61"},
		"external nodes on a lattice": {spec(func(s *tnn.Spec) {
			s.Graph = tnn.GraphSpec{Kind: graph.Neighbor, Sides: []int{40, 40}, Bipartite: true, Separation: 4}
			s.Groups[0].Connections = 16
			s.Externals = external(4)
		}), "649a11ea9460a4bb", "e2db63e2bcb9e6eb"},
		"two groups, the rule of 2019": {spec(func(s *tnn.Spec) {
			s.Network = tnn.NetworkSpec{Rule: tnn.Hylton2019, Relaxations: 2}
			s.Graph = tnn.GraphSpec{Kind: graph.Random, Sides: []int{999}}
			s.Groups[0].Connections, s.Groups[0].SelfLoops = 8, 1
			s.Groups = append(s.Groups, tnn.GroupSpec{Count: 300, Connections: 3, Levels: 5, InverseTemperature: 2})
		}), "ad26e5c2b846f30c", "4ae940373d4978f8"},
		"gaussian with external nodes": {spec(func(s *tnn.Spec) {
			s.Graph = tnn.GraphSpec{Kind: graph.Gaussian, Sides: []int{30, 30}, Bipartite: true, Scale: 2, Separation: 2}
			s.Groups[0].Connections = 9
			s.Externals = external(9)
		}), "321aed6239340269", "7270cd4db6379822"},
	}
}

func TestFrozen(t *testing.T) {
	for name, n := range frozen() {
		t.Run(name, func(t *testing.T) {
			net := build(t, n.spec, 7)
			if got := layoutDigest(net.Layout); got != n.layout {
				t.Errorf("the layout has digest %s, not %s", got, n.layout)
			}
			if got := startDigest(net); got != n.start {
				t.Errorf("the start has digest %s, not %s", got, n.start)
			}
		})
	}
}

func layoutDigest(l *tnn.Layout) string {
	h := sha256.New()
	for _, s := range l.Segments {
		put(h, []int64{int64(s.Set), int64(s.Group), int64(s.Sign), int64(s.First), int64(s.Slices)})
	}
	put(h, []int64{int64(l.Positions), int64(l.Weights)})
	for _, table := range []any{l.ID, l.Position, l.Active, l.Rows, l.Neighbour, l.Weight, l.EdgeWeight, l.External} {
		put(h, table)
	}
	return digest(h)
}

// startDigest covers two replicas in both precisions.
func startDigest(n *tnn.Network) string {
	h := sha256.New()
	for _, p := range []state.Precision{state.Single, state.Double} {
		for _, a := range n.Start(p, []uint64{7, 1 << 40}).Arrays {
			put(h, a.Single)
			put(h, a.Double)
		}
	}
	return digest(h)
}

func put(h hash.Hash, numbers any) {
	if err := binary.Write(h, binary.LittleEndian, numbers); err != nil {
		panic(err)
	}
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:8]) }
