package graph

import (
	"testing"
)

// BenchmarkBuild makes graphs of the size of a large run.
func BenchmarkBuild(b *testing.B) {
	for _, c := range []struct {
		name string
		o    Options
	}{
		{"neighbor/4096x4096/4", Options{Kind: Neighbor, Sides: []int{4096, 4096}, Bipartite: true, Connections: constant(4)}},
		{"neighbor/1024x1024/16", Options{Kind: Neighbor, Sides: []int{1024, 1024}, Bipartite: true, Connections: constant(16)}},
		{"random/1000x1000/8", Options{Kind: Random, Sides: []int{1000, 1000}, Connections: constant(8)}},
		{"gaussian/1000x1000/8", Options{Kind: Gaussian, Sides: []int{1000, 1000}, Scale: 10, Connections: constant(8)}},
		{"exponential/1000000/8", Options{Kind: Exponential, Sides: []int{1000000}, Bipartite: true, Scale: 10, Connections: constant(8)}},
		{"gaussian/100x100x100/8", Options{Kind: Gaussian, Sides: []int{100, 100, 100}, Bipartite: true, Scale: 4, Connections: constant(8)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, report := mustBuild(b, c.o); report.Missing != 0 {
					b.Fatal(report)
				}
			}
		})
	}
}

func BenchmarkPlaceExternals(b *testing.B) {
	for b.Loop() {
		_, _, err := PlaceExternals(Placement{Kind: Neighbor, Sides: []int{2048, 2048}, Bipartite: true, Pairs: 4000, Separation: 6,
			Connections: 16, ExternalConnections: 4})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSchedule(b *testing.B) {
	even, _ := mustBuild(b, Options{Kind: Neighbor, Sides: []int{4096, 4096}, Bipartite: true, Connections: constant(4)})
	b.Run("checkerboard/4096x4096/4", func(b *testing.B) {
		for b.Loop() {
			DefaultSchedule(even, all)
		}
	})
	crossed, _ := mustBuild(b, Options{Kind: Neighbor, Sides: []int{1024, 1024}, Connections: constant(12)})
	b.Run("greedy/1024x1024/12", func(b *testing.B) {
		for b.Loop() {
			DefaultSchedule(crossed, all)
		}
	})
}
