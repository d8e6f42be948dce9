package tnn_test

import (
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// TestDistributionsAreAddedInTheOrderOfEdges: values of any parts have the bits of one walk
// over the edges of the graph, whose order rounds their sums: on closed lattices so small
// that stencils wrap, and on graphs with self-loops and external nodes.
func TestDistributionsAreAddedInTheOrderOfEdges(t *testing.T) {
	wrapped := 0
	for _, of := range []struct {
		kind               graph.Kind
		sides              []int
		connections, loops int
		bipartite          bool
		pairs              int
	}{
		{kind: graph.Neighbor, sides: []int{4, 6}, connections: 4, bipartite: true},
		{kind: graph.Neighbor, sides: []int{12, 10}, connections: 16, bipartite: true, pairs: 2},
		{kind: graph.Neighbor, sides: []int{7, 9}, connections: 12},
		{kind: graph.Neighbor, sides: []int{5, 6, 7}, connections: 6, loops: 1},
		{kind: graph.Neighbor, sides: []int{40}, connections: 8},
		{kind: graph.Random, sides: []int{9, 9}, connections: 6, loops: 2, pairs: 1},
	} {
		spec := lattice(of.kind, of.connections, of.bipartite, of.sides...)
		spec.Groups[0].SelfLoops = of.loops
		if of.pairs > 0 {
			driven := tnn.ExternalSpec{Pairs: of.pairs, Connections: 4, Periods: []int{3}, Polarity: 1, Sublattice: tnn.Even, Weight: 1}
			spec.Externals = []tnn.ExternalSpec{driven}
		}
		net := build(t, spec, 5)
		const replicas = 2
		for _, p := range []state.Precision{state.Single, state.Double} {
			s := net.NewState(p, replicas)
			weight := s.Array("weight")
			for i := range weight.Len() {
				weight.Set(i, math.Sin(float64(i*i)))
			}
			for _, d := range net.Describe().Distributions {
				for r := range replicas {
					want := walked(net, d.Name, weight, r)
					whole := d.Whole(weight, r, replicas)
					got := inParts(&d, whole)
					if !slices.Equal(want, got) || len(want) == 0 {
						t.Fatalf("%s %v, %s precision, %s of replica %d:\n%v, by edges\n%v", of.kind, of.sides, p, d.Name, r, got, want)
					}
				}
			}
		}
		if net.Graph.Stencil != nil {
			wrapped++
		}
	}
	if wrapped == 0 {
		t.Error("no graph has a stencil")
	}
}

// inParts asks for values a few items at a time.
func inParts(d *model.Distribution, whole model.Part) []float64 {
	var out []float64
	for first := 0; first < whole.Last; first += 7 {
		part := whole
		part.First, part.Last = first, min(first+7, whole.Last)
		out = d.Values(out, part)
	}
	return out
}

// walked are the values of a distribution, by one walk over the edges.
func walked(net *tnn.Network, name string, weight *state.Array, replica int) []float64 {
	var weights []float64
	sums := make([]float64, net.Graph.Nodes)
	scale := math.Sqrt(2 * net.SpecOf(replica).Edge.InverseTemperature)
	for i, e := range net.Graph.Edges {
		if !net.IsNetwork(e.A) || !net.IsNetwork(e.B) {
			continue
		}
		w := float64(scale * weight.At(replica*net.Layout.Weights+int(net.Layout.EdgeWeight[i])))
		weights = append(weights, w)
		if name == "absolute_weight_sum" {
			w = math.Abs(w)
		}
		sums[e.A] += w
		if e.A != e.B {
			sums[e.B] += w
		}
	}
	if name == "weight" {
		return weights
	}
	var out []float64
	for id, v := range sums {
		if net.IsNetwork(int32(id)) {
			out = append(out, v)
		}
	}
	return out
}

func BenchmarkDistributions(b *testing.B) {
	net := build(b, lattice(graph.Neighbor, 4, true, 1024, 1024), 1)
	weight := net.NewState(state.Single, 1).Array("weight")
	for i := range weight.Len() {
		weight.Set(i, math.Sin(float64(i)))
	}
	for _, d := range net.Describe().Distributions {
		b.Run(d.Name, func(b *testing.B) {
			var values []float64
			whole := d.Whole(weight, 0, 1)
			for b.Loop() {
				for first := 0; first < whole.Last; first += 1 << 14 {
					part := whole
					part.First, part.Last = first, min(first+1<<14, whole.Last)
					values = d.Values(values[:0], part)
				}
			}
		})
	}
}
