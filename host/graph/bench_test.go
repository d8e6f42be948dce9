package graph

import "testing"

// BenchmarkBuild makes the graphs that a large run would.
func BenchmarkBuild(b *testing.B) {
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"neighbor/4096x4096/4", Options{Kind: Neighbor, Sides: []int{4096, 4096}, Bipartite: true, Connections: constant(4)}},
		{"neighbor/1024x1024/16", Options{Kind: Neighbor, Sides: []int{1024, 1024}, Bipartite: true, Connections: constant(16)}},
		{"random/1000x1000/8", Options{Kind: Random, Sides: []int{1000, 1000}, Connections: constant(8)}},
		{"gaussian/1000x1000/8", Options{Kind: Gaussian, Sides: []int{1000, 1000}, Scale: 4, Connections: constant(8)}},
		{"gaussian/1000x1000/8/s20", Options{Kind: Gaussian, Sides: []int{1000, 1000}, Scale: 20, Connections: constant(8)}},
		{"exponential/1000x1000/8/bip", Options{Kind: Exponential, Sides: []int{1000, 1000}, Bipartite: true, Scale: 4, Connections: constant(8)}},
		{"exponential/1000000/8/bip", Options{Kind: Exponential, Sides: []int{1000000}, Bipartite: true, Scale: 10, Connections: constant(8)}},
		{"gaussian/100x100x100/8/bip", Options{Kind: Gaussian, Sides: []int{100, 100, 100}, Bipartite: true, Scale: 2, Connections: constant(8)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, report, err := Build(c.o)
				if err != nil {
					b.Fatal(err)
				}
				if report.Missing != 0 {
					b.Fatal(report)
				}
			}
		})
	}
}
