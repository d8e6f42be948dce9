package graph

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// However the connections are wished for, the graph is simple, nobody has more
// than he wanted, and the report is right.
func TestRandomProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bipartite := rapid.Bool().Draw(t, "bipartite")
		sides := drawSides(t, 200, bipartite)
		nodes := Lattice{Sides: sides}.Sites()
		want := rapid.SliceOfN(rapid.IntRange(0, 12), nodes, nodes).Draw(t, "want")
		many := rapid.SampledFrom([]int{2, 10, 50}).Draw(t, "one of how many is external")
		o := Options{
			Kind:        rapid.SampledFrom([]Kind{Random, Gaussian, Exponential}).Draw(t, "kind"),
			Sides:       sides,
			Bipartite:   bipartite,
			Scale:       rapid.SampledFrom([]float64{1e-300, 0.3, 2, 30, 1e300}).Draw(t, "scale"),
			Seed:        rapid.Uint64().Draw(t, "seed"),
			Connections: func(id int) int { return want[id] },
			SelfLoops:   func(id int) int { return want[id] % 3 },
		}
		if rapid.Bool().Draw(t, "with external nodes") {
			o.External = func(id int) bool { return id%many == 0 }
			o.Separation = rapid.IntRange(0, 7).Draw(t, "separation")
		}
		g, report, err := Build(o)
		if err != nil && o.Separation > 2 {
			return // too many realms, or too large ones
		}
		if err != nil {
			t.Fatal(err)
		}
		checkGraph(t, g, report, o)
		if o.External != nil {
			if err := CheckSeparation(g, o.External, o.Separation); err != nil {
				t.Fatal(err)
			}
		}
		loops := slices.IndexFunc(g.Edges, func(e Edge) bool { return e.A == e.B })
		if loops < 0 {
			loops = len(g.Edges)
		}
		if diff := cmp.Diff(pairs(g.Edges[:loops]), g.Edges[:loops]); diff != "" {
			t.Fatalf("the edges are not in order (-want +got):\n%s", diff)
		}
	})
}

// Where all nodes want the same, and there are partners enough, everybody gets
// it: up to the full graph.
func TestRandomIsRegular(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bipartite := rapid.Bool().Draw(t, "bipartite")
		sides := drawSides(t, 60, bipartite)
		nodes := Lattice{Sides: sides}.Sites()
		partners := nodes - 1
		if bipartite {
			partners = nodes / 2
		}
		connections := rapid.IntRange(0, partners).Draw(t, "connections")
		o := Options{
			Kind:        rapid.SampledFrom([]Kind{Random, Gaussian, Exponential}).Draw(t, "kind"),
			Sides:       sides,
			Bipartite:   bipartite,
			Scale:       100, // all sites can be reached
			Seed:        rapid.Uint64().Draw(t, "seed"),
			Connections: constant(connections),
		}
		_, report, err := Build(o)
		if err != nil {
			t.Fatal(err)
		}
		if odd := int64(nodes * connections % 2); report.Missing != odd {
			t.Fatalf("%v on %v: %v", o.Kind, sides, report)
		}
	})
}

// Every node has its degree on lattices of all dimensions, also where groups of
// nodes differ and where some want none.
func TestRandomDegrees(t *testing.T) {
	groups := func(id int) int { return []int{8, 4, 0, 16}[id%4] }
	for _, kind := range []Kind{Random, Gaussian, Exponential} {
		for _, sides := range [][]int{{4096}, {64, 64}, {16, 16, 16}} {
			for _, bipartite := range []bool{false, true} {
				for name, connections := range map[string]func(int) int{"alike": constant(8), "groups": groups} {
					t.Run(fmt.Sprint(kind, sides, bipartite, name), func(t *testing.T) {
						wanted := connections
						if bipartite && name == "groups" {
							// The same on both sublattices, or they could not all be placed.
							wanted = func(id int) int { return groups(id / 2) }
						}
						o := Options{Kind: kind, Sides: sides, Bipartite: bipartite, Scale: 12, Seed: 5, Connections: wanted}
						g, report := mustBuild(t, o)
						checkGraph(t, g, report, o)
						if report.Missing != 0 || report.Short != 0 {
							t.Error(report)
						}
					})
				}
			}
		}
	}
}

// A chain on which the last stubs are far apart and partners are near.
func TestRandomBringsDistantStubsTogether(t *testing.T) {
	o := Options{Kind: Gaussian, Sides: []int{60000}, Bipartite: true, Scale: 3, Seed: 1, Connections: constant(2)}
	g, report := mustBuild(t, o)
	checkGraph(t, g, report, o)
	if report.Missing != 0 {
		t.Error(report)
	}
	for _, e := range g.Edges {
		if d := g.Lattice.Distance(int(e.A), int(e.B)); d > 25 {
			t.Errorf("edge %v spans %d sites: that is more than eight scales", e, d)
		}
	}
}

// The distances of a graph follow the law, with the sites that there are. With
// one connection a node and a short scale, joining each stub to those that
// happen to be free would show: the last ones find nobody near.
func TestLawOfDistances(t *testing.T) {
	for _, c := range []struct {
		kind        Kind
		sides       []int
		scale       float64
		bipartite   bool
		connections int
	}{
		{Random, []int{250, 250}, 0, false, 6},
		{Random, []int{60001}, 0, false, 6},
		{Random, []int{40, 40, 40}, 0, true, 6},
		{Gaussian, []int{500, 500}, 3, false, 1},
		{Gaussian, []int{60000}, 1000, false, 6},
		{Gaussian, []int{300, 200}, 15, false, 6},
		{Gaussian, []int{250, 250}, 200, true, 6}, // as wide as the lattice
		{Gaussian, []int{41, 40, 39}, 6, false, 6},
		{Exponential, []int{100000}, 50, false, 1},
		{Exponential, []int{60000}, 800, true, 6},
		{Exponential, []int{250, 250}, 12, false, 6},
		{Exponential, []int{40, 40, 40}, 5, true, 6},
	} {
		t.Run(fmt.Sprint(c.kind, c.sides, c.scale, c.bipartite, c.connections), func(t *testing.T) {
			o := Options{Kind: c.kind, Sides: c.sides, Bipartite: c.bipartite, Scale: c.scale, Seed: 3, Connections: constant(c.connections)}
			g, report := mustBuild(t, o)
			checkGraph(t, g, report, o)
			sizes := sitesByDistance(g.Lattice)
			counts, mass := make([]int, len(sizes)), make([]float64, len(sizes))
			for d := 1; d < len(sizes); d++ {
				if c.bipartite && d%2 == 0 {
					continue
				}
				mass[d] = float64(sizes[d])
				switch x := float64(d); c.kind {
				case Gaussian:
					mass[d] *= math.Exp(-x * x / (2 * c.scale * c.scale))
				case Exponential:
					mass[d] *= math.Exp(-x / c.scale)
				}
			}
			for _, e := range g.Edges {
				counts[g.Lattice.Distance(int(e.A), int(e.B))]++
			}
			checkChiSquare(t, counts, mass)
		})
	}
}

// sitesByDistance counts the sites at each distance from site 0.
func sitesByDistance(l Lattice) []int {
	sizes := []int{0}
	for _, side := range l.Sides {
		sizes = append(sizes, make([]int, side/2)...)
	}
	for id := range l.Sites() {
		sizes[l.Distance(0, id)]++
	}
	return sizes
}

func TestBuildDependsOnTheSeedOnly(t *testing.T) {
	for _, kind := range []Kind{Neighbor, Random, Gaussian, Exponential} {
		o := Options{Kind: kind, Sides: []int{30, 40}, Scale: 3, Seed: 1, Connections: constant(12),
			External: oneOf([]int32{5, 700}), Separation: 4}
		first, _ := mustBuild(t, o)
		processors := runtime.GOMAXPROCS(7)
		second, _ := mustBuild(t, o)
		runtime.GOMAXPROCS(processors)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%s: another number of threads makes another graph", kind)
		}
		o.Seed = 1 << 40
		third, _ := mustBuild(t, o)
		if kind != Neighbor && cmp.Equal(first.Edges, third.Edges) {
			t.Errorf("%s: two seeds make the same graph", kind)
		}
	}
}

// What is missing is known beforehand here.
func TestReportCountsWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want Report
	}{
		{"an odd number of half-edges", Options{Sides: []int{9}, Connections: constant(3)},
			Report{Wanted: 27, Placed: 13, Missing: 1, Short: 1}},
		{"more than there are nodes", Options{Sides: []int{2, 3}, Connections: constant(10)},
			Report{Wanted: 60, Placed: 15, Missing: 30, Short: 6}},
		{"more than any lattice has", Options{Sides: []int{2, 3}, Connections: constant(1 << 32)},
			Report{Wanted: 6 << 32, Placed: 15, Missing: 6<<32 - 30, Short: 6}},
		{"one sublattice wants all there is", Options{Sides: []int{10}, Bipartite: true, Connections: func(id int) int { return 5 * (id % 2) }},
			Report{Wanted: 25, Missing: 25, Short: 5}},
		{"only external nodes", Options{Sides: []int{50}, Connections: constant(1), External: all},
			Report{Wanted: 50, Missing: 50, Short: 50}},
		{"a single site", Options{Sides: []int{1}, Connections: constant(1)},
			Report{Wanted: 1, Missing: 1, Short: 1}},
	} {
		for _, kind := range []Kind{Random, Gaussian} {
			c.o.Kind, c.o.Scale = kind, 50
			if _, report := mustBuild(t, c.o); *report != c.want {
				t.Errorf("%s, %s: %v, want %v", c.name, kind, report, &c.want)
			}
		}
	}
}

// What one sublattice wants too much is taken from all its nodes alike.
func TestExcessIsSpread(t *testing.T) {
	o := Options{Kind: Exponential, Scale: 20, Sides: []int{6000}, Bipartite: true, Seed: 9,
		Connections: func(id int) int { return 4 + 4*(id%2) }}
	g, report := mustBuild(t, o)
	if want := int64(4 * 3000); report.Missing != want {
		t.Fatalf("%v, want %d missing", report, want)
	}
	connections, _ := degrees(g)
	var counts [9]int // of connections
	var mass [9]float64
	for k := range mass { // 12000 of 24000 stubs are left: hypergeometric, nearly binomial
		mass[k] = math.Gamma(9) / math.Gamma(float64(k+1)) / math.Gamma(float64(9-k))
	}
	for id, n := range connections {
		if id%2 == 0 && n != 4 {
			t.Errorf("node %d has %d connections, want 4", id, n)
		}
		if id%2 == 1 {
			counts[n]++
		}
	}
	checkChiSquare(t, counts[:], mass[:])
}

func TestReportString(t *testing.T) {
	r := Report{Wanted: 27, Placed: 13, Missing: 1, Short: 1}
	if got, want := r.String(), "half-edges wanted 27, edges placed 13, half-edges missing 1, nodes short 1"; got != want {
		t.Errorf("report %q, want %q", got, want)
	}
}

func TestRandomErrors(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Kind: Gaussian}, "finite scale above 0"},
		{Options{Kind: Exponential, Scale: -1}, "finite scale above 0"},
		{Options{Kind: Gaussian, Scale: math.NaN()}, "finite scale above 0"},
		{Options{Kind: Gaussian, Scale: math.Inf(1)}, "finite scale above 0"},
		{Options{Kind: Random, Connections: constant(math.MaxInt)}, "more than 1099511627776 half-edges"},
		{Options{Kind: Random, Connections: constant(1 << 39)}, "with node 2, which has 549755813888 connections"},
		{Options{Kind: Random, SelfLoops: constant(1 << 39)}, "with node 2, which has 549755813888 self-loops"},
		{Options{Kind: Random, Sides: []int{5, 4}, Bipartite: true}, "even sides"},
	} {
		if c.o.Sides == nil {
			c.o.Sides = []int{10, 10}
		}
		if c.o.Connections == nil {
			c.o.Connections = constant(2)
		}
		_, _, err := Build(c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.o.Kind, err, c.want)
		}
	}
}
