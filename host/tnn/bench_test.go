package tnn_test

import (
	"testing"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// BenchmarkReady makes networks of the size of a large run, from the specification
// to the state before the first visit.
func BenchmarkReady(b *testing.B) {
	gaussian := lattice(graph.Gaussian, 8, false, 1000, 1000)
	gaussian.Graph.Scale = 10
	for _, c := range []struct {
		name string
		spec *tnn.Spec
	}{
		{"neighbor/4096x4096/4", lattice(graph.Neighbor, 4, true, 4096, 4096)},
		{"random/1000x1000/8", lattice(graph.Random, 8, false, 1000, 1000)},
		{"gaussian/1000x1000/8", gaussian},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				build(b, c.spec, 1).Start(state.Single, []uint64{1})
			}
		})
	}
}
