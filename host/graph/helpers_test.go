package graph

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func constant(n int) func(int) int { return func(int) int { return n } }

func all(int) bool { return true }

func none(int) bool { return false }

func oneOf(ids []int32) func(int) bool {
	set := make(map[int]bool)
	for _, id := range ids {
		set[int(id)] = true
	}
	return func(id int) bool { return set[id] }
}

func mustBuild(t testing.TB, o Options) (*Graph, *Report) {
	t.Helper()
	g, report, err := Build(o)
	if err != nil {
		t.Fatalf("Build: %v", err)
	}
	return g, report
}

// degrees counts connections and self-loops of every node.
func degrees(g *Graph) (connections, loops []int) {
	connections, loops = make([]int, g.Nodes), make([]int, g.Nodes)
	for _, e := range g.Edges {
		if e.A == e.B {
			loops[e.A]++
			continue
		}
		connections[e.A]++
		connections[e.B]++
	}
	return connections, loops
}

// pairs are the edges as unordered pairs, sorted.
func pairs(edges []Edge) []Edge {
	list := make([]Edge, len(edges))
	for i, e := range edges {
		list[i] = Edge{min(e.A, e.B), max(e.A, e.B)}
	}
	slices.SortFunc(list, func(a, b Edge) int {
		if a.A != b.A {
			return int(a.A - b.A)
		}
		return int(a.B - b.B)
	})
	return list
}

// checkGraph holds for every graph that Build makes.
func checkGraph(t interface{ Fatalf(string, ...any) }, g *Graph, r *Report, o Options) {
	sorted := pairs(g.Edges)
	for i, e := range sorted {
		if e.A != e.B && i > 0 && e == sorted[i-1] {
			t.Fatalf("edge %v comes twice", e)
		}
		if e.A < 0 || int(e.B) >= g.Nodes {
			t.Fatalf("edge %v leads out of the graph", e)
		}
		if o.Bipartite && e.A != e.B && g.Lattice.Parity(int(e.A)) == g.Lattice.Parity(int(e.B)) {
			t.Fatalf("edge %v joins nodes of one sublattice", e)
		}
		if o.External != nil && e.A != e.B && o.External(int(e.A)) && o.External(int(e.B)) {
			t.Fatalf("edge %v joins two external nodes", e)
		}
	}
	connections, loops := degrees(g)
	want := &Report{}
	for id, n := range connections {
		if n > o.Connections(id) {
			t.Fatalf("node %d has %d connections, more than the %d wanted", id, n, o.Connections(id))
		}
		if o.SelfLoops != nil && loops[id] != o.SelfLoops(id) {
			t.Fatalf("node %d has %d self-loops, want %d", id, loops[id], o.SelfLoops(id))
		}
		want.Wanted += int64(o.Connections(id))
		want.Placed += int64(n)
		want.Missing += int64(o.Connections(id) - n)
		if n < o.Connections(id) {
			want.Short++
		}
	}
	want.Placed /= 2
	if *r != *want {
		t.Fatalf("the report says %v, and the graph %v", r, want)
	}
}

// drawSides draws a lattice of at most limit sites.
func drawSides(t *rapid.T, limit int, bipartite bool) []int {
	dimensions := rapid.IntRange(1, 3).Draw(t, "dimensions")
	longest := int(math.Pow(float64(limit), 1/float64(dimensions)))
	sides := make([]int, dimensions)
	for k := range sides {
		sides[k] = rapid.IntRange(1, longest).Draw(t, "side")
		if bipartite {
			sides[k] += sides[k] % 2
		}
	}
	return sides
}

// checkChiSquare fails if the counts are not drawn from the masses: chi-square
// over bins of at least 100 expected counts, more than four standard deviations
// beyond its mean.
func checkChiSquare(t *testing.T, counts []int, mass []float64) {
	t.Helper()
	total, sum := 0, 0.0
	for i, n := range counts {
		total += n
		sum += mass[i]
		if mass[i] == 0 && n > 0 {
			t.Fatalf("%d draws of %d, which has no mass", n, i)
		}
	}
	chi, freedom := 0.0, -1
	observed, expected := 0.0, 0.0
	for i, n := range counts {
		observed += float64(n)
		expected += mass[i] / sum * float64(total)
		if expected < 100 {
			continue
		}
		chi += (observed - expected) * (observed - expected) / expected
		freedom++
		observed, expected = 0, 0
	}
	if freedom < 0 {
		t.Fatalf("%d draws are too few", total)
	}
	if limit := float64(freedom) + 4*math.Sqrt(2*float64(freedom)); chi > limit {
		t.Errorf("chi-square is %.1f at %d degrees of freedom, and may be %.1f", chi, freedom, limit)
	}
}
