package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tnn-gpu/host/rng"
)

// sitesOf are the sites of all pairs.
func sitesOf(pairs []Pair) []int32 {
	var ids []int32
	for _, p := range pairs {
		ids = append(ids, p.Even, p.Odd)
	}
	return ids
}

// checkPlaced builds the graph that external nodes were placed for, and
// measures their hops.
func checkPlaced(t interface{ Fatalf(string, ...any) }, p Placement, pairs []Pair) {
	ids := sitesOf(pairs)
	l := Lattice{Sides: p.Sides}
	for _, pair := range pairs {
		if p.Bipartite && (l.Parity(int(pair.Even)) != 0 || l.Parity(int(pair.Odd)) != 1) {
			t.Fatalf("pair %v is on the wrong sublattices", pair)
		}
	}
	external := oneOf(ids)
	o := Options{Kind: p.Kind, Sides: p.Sides, Bipartite: p.Bipartite, Scale: 8, Seed: p.Seed,
		Connections: func(id int) int {
			if external(id) {
				return p.ExternalConnections
			}
			return p.Connections
		},
		External: external, Separation: p.Separation}
	g, report, err := Build(o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	checkGraph(t, g, report, o)
	if err := CheckSeparation(g, external, p.Separation); err != nil {
		t.Fatalf("%v", err)
	}
	for i, id := range ids {
		hops := Hops(g, int(id), p.Separation)
		for _, other := range ids[i+1:] {
			if h := int(hops[other]); h >= 0 && h < p.Separation || id == other {
				t.Fatalf("external nodes %d and %d are %d hops apart, want %d", id, other, h, p.Separation)
			}
		}
	}
	connections, _ := degrees(g)
	for _, id := range ids {
		if want := min(p.Connections, p.ExternalConnections); p.Kind == Neighbor && connections[id] != want {
			t.Fatalf("external node %d has %d connections, want %d", id, connections[id], want)
		}
		if p.Kind != Neighbor && connections[id] != p.ExternalConnections {
			t.Fatalf("external node %d has %d connections, want %d", id, connections[id], p.ExternalConnections)
		}
	}
}

func TestPlaceExternals(t *testing.T) {
	for _, p := range []Placement{
		{Kind: Neighbor, Sides: []int{30, 30}, Bipartite: true, Pairs: 4, Separation: 4, Connections: 4, ExternalConnections: 4},
		{Kind: Neighbor, Sides: []int{30, 30}, Bipartite: true, Pairs: 4, Separation: 4, Connections: 16, ExternalConnections: 4},
		{Kind: Neighbor, Sides: []int{31, 30}, Pairs: 4, Separation: 3, Connections: 12, ExternalConnections: 12},
		{Kind: Neighbor, Sides: []int{200}, Pairs: 5, Separation: 5, Connections: 4, ExternalConnections: 6},
		{Kind: Neighbor, Sides: []int{12, 12, 12}, Bipartite: true, Pairs: 5, Separation: 4, Connections: 6, ExternalConnections: 6},
		{Kind: Neighbor, Sides: []int{6, 6}, Bipartite: true, Pairs: 18, Separation: 1, Connections: 4},
		{Kind: Random, Sides: []int{30, 30}, Bipartite: true, Pairs: 4, Separation: 4, Connections: 8, ExternalConnections: 8},
		{Kind: Random, Sides: []int{2000}, Pairs: 6, Separation: 5, Connections: 6, ExternalConnections: 4},
		{Kind: Random, Sides: []int{10, 10, 10}, Pairs: 20, Separation: 3, Connections: 16, ExternalConnections: 4},
		{Kind: Random, Sides: []int{100, 100}, Bipartite: true, Pairs: 4, Separation: 7, Connections: 4, ExternalConnections: 4},
		{Kind: Gaussian, Sides: []int{30, 30}, Bipartite: true, Pairs: 4, Separation: 4, Connections: 8, ExternalConnections: 8},
		{Kind: Gaussian, Sides: []int{60, 60}, Pairs: 4, Separation: 5, Connections: 6, ExternalConnections: 6},
		{Kind: Exponential, Sides: []int{30, 30}, Bipartite: true, Pairs: 10, Separation: 2, Connections: 16, ExternalConnections: 16},
		{Kind: Exponential, Sides: []int{16, 16, 16}, Bipartite: true, Pairs: 10, Separation: 3, Connections: 8, ExternalConnections: 12},
		{Kind: Exponential, Sides: []int{30, 30}, Pairs: 3, Separation: 6, Connections: 4, ExternalConnections: 3},
	} {
		t.Run(fmt.Sprint(p.Kind, p.Sides, p.Bipartite, p.Separation), func(t *testing.T) {
			for p.Seed = range 5 {
				pairs, _, err := PlaceExternals(p)
				if err != nil {
					t.Fatal(err)
				}
				if len(pairs) != p.Pairs {
					t.Fatalf("%d pairs, want %d", len(pairs), p.Pairs)
				}
				checkPlaced(t, p, pairs)
			}
		})
	}
}

// On neighbor graphs of all shapes the hops that the graph has are never fewer
// than the distance tells.
func TestPlaceExternalsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Placement{Kind: Neighbor, Bipartite: rapid.Bool().Draw(t, "bipartite")}
		p.Sides = drawSides(t, 600, p.Bipartite)
		allowed := []int{0}
		for reach := 1; 2*reach+1 <= slices.Min(p.Sides); reach++ {
			allowed = append(allowed, len(stencilOffsets(len(p.Sides), reach, p.Bipartite)))
		}
		p.Connections = rapid.SampledFrom(allowed).Draw(t, "connections")
		p.ExternalConnections = rapid.SampledFrom(allowed).Draw(t, "external connections")
		p.Separation = rapid.IntRange(2, 7).Draw(t, "separation")
		p.Pairs = rapid.IntRange(0, 4).Draw(t, "pairs")
		p.Seed = rapid.Uint64().Draw(t, "seed")
		pairs, _, err := PlaceExternals(p)
		if err != nil {
			if !strings.Contains(err.Error(), "only") {
				t.Fatal(err)
			}
			return
		}
		checkPlaced(t, p, pairs)
	})
}

// The hops of a distance, against those that a large lattice has.
func TestHoppingIsExact(t *testing.T) {
	for _, c := range []struct {
		connections, external int
		bipartite             bool
	}{
		{4, 4, true}, {16, 16, true}, {16, 4, true}, {36, 16, true}, {4, 4, false}, {12, 12, false}, {24, 4, false},
	} {
		l := Lattice{Sides: []int{40, 40}}
		reach, _ := reachOf(l, c.bipartite, c.connections)
		first, _ := reachOf(l, c.bipartite, c.external)
		h := hopping{first: first, reach: reach, bipartite: c.bipartite}
		// The longest way is along a side; there is always a shortest one there.
		for d := 2; d <= 20; d++ {
			ends := oneOf([]int32{0, int32(d)})
			g, _ := mustBuild(t, Options{Kind: Neighbor, Sides: l.Sides, Bipartite: c.bipartite, External: ends,
				Connections: func(id int) int {
					if ends(id) {
						return c.external
					}
					return c.connections
				}})
			least := h.least(d)
			if least == 1 {
				continue // the graph has no direct hop between external nodes
			}
			if got := int(Hops(g, 0, -1)[d]); got != least {
				t.Errorf("%+v: %d hops to distance %d, want %d", c, got, d, least)
			}
		}
		for hops := range 12 {
			within := h.within(hops, 20)
			for d := 1; d <= 20; d++ {
				if h.least(d) < hops && d > within {
					t.Errorf("%+v: distance %d takes %d hops, and %d take no more than %d", c, d, h.least(d), hops, within)
				}
			}
		}
	}
}

// Sites are drawn from a whole sublattice alike.
func TestPlacesAreRandom(t *testing.T) {
	var even, odd [64]int
	for seed := range uint64(64 * 200) {
		pairs, _, err := PlaceExternals(Placement{Kind: Random, Sides: []int{8, 8}, Bipartite: true, Pairs: 1, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		even[pairs[0].Even]++
		odd[pairs[0].Odd]++
	}
	mass := make([]float64, 64)
	for id := range mass {
		mass[id] = float64(1 - Lattice{Sides: []int{8, 8}}.Parity(id))
	}
	checkChiSquare(t, even[:], mass)
	for id := range mass {
		mass[id] = 1 - mass[id]
	}
	checkChiSquare(t, odd[:], mass)
}

func TestPlaceExternalsErrors(t *testing.T) {
	for _, c := range []struct {
		p    Placement
		want string
	}{
		{Placement{Kind: Neighbor, Sides: []int{8, 8}, Bipartite: true, Pairs: 20, Separation: 4, Connections: 4, ExternalConnections: 4}, "fit on the lattice 8x8 at least 4 hops apart"},
		{Placement{Kind: Neighbor, Sides: []int{8, 8}, Pairs: 1, Separation: math.MaxInt, Connections: 4, ExternalConnections: 4}, "of 1 pairs of external nodes only 0 fit"},
		{Placement{Kind: Random, Sides: []int{2, 3}, Pairs: 4}, "of 4 pairs of external nodes only 3 fit"},
		{Placement{Kind: Random, Sides: []int{2, 3}, Pairs: math.MaxInt}, "only 3 fit"},
		{Placement{Kind: Random, Sides: []int{2, 3}, Pairs: -1}, "-1 pairs"},
		{Placement{Kind: Random, Sides: []int{2, 3}, Separation: -2}, "-2 hops"},
		{Placement{Kind: Random, Sides: []int{2, 3}, Bipartite: true}, "even sides"},
		{Placement{Kind: Neighbor, Sides: []int{9, 9}, Connections: 5}, "network nodes cannot have their neighbors: 5 connections"},
		{Placement{Kind: Neighbor, Sides: []int{9, 9}, ExternalConnections: 5}, "external nodes cannot have their neighbors: 5 connections"},
	} {
		_, _, err := PlaceExternals(c.p)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.p, err, c.want)
		}
	}
}

// 25 realms of at least 1 + 8 nodes do not fit in 200.
func TestRealmsThatDoNotFit(t *testing.T) {
	_, _, err := Build(Options{Kind: Random, Sides: []int{200}, Connections: constant(8),
		External: func(id int) bool { return id%8 == 0 }, Separation: 5})
	if err == nil || !strings.Contains(err.Error(), "of 25 external nodes at least 5 hops apart only ") {
		t.Errorf("error %v", err)
	}
}

// The edges of external nodes that are kept apart follow the law too.
func TestRealmsKeepTheLaw(t *testing.T) {
	sides := []int{300, 300}
	placed, _, err := PlaceExternals(Placement{Kind: Gaussian, Sides: sides, Pairs: 300, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	external := oneOf(sitesOf(placed))
	g, report := mustBuild(t, Options{Kind: Gaussian, Scale: 10, Sides: sides, Seed: 4, Connections: constant(4), External: external, Separation: 3})
	if report.Missing != 0 {
		t.Fatal(report)
	}
	sizes := sitesByDistance(g.Lattice)
	counts, mass := make([]int, len(sizes)), make([]float64, len(sizes))
	for d := 1; d < len(sizes); d++ {
		mass[d] = float64(sizes[d]) * math.Exp(-float64(d*d)/200)
	}
	for _, e := range g.Edges {
		if external(int(e.A)) || external(int(e.B)) {
			counts[g.Lattice.Distance(int(e.A), int(e.B))]++
		}
	}
	checkChiSquare(t, counts, mass)
}

// Sites are handed out to the last one, and none twice.
func TestSitesRunOut(t *testing.T) {
	draws := rng.NewStream(rng.Key(1), rng.Placement, 0)
	s := newSites(Lattice{Sides: []int{4, 4}}, true, []point{{}})
	seen := make(map[int32]bool)
	for range 8 {
		id, ok := s.take(1, &draws)
		if !ok || seen[id] {
			t.Fatalf("site %d, %v", id, ok)
		}
		seen[id] = true
	}
	if id, ok := s.take(1, &draws); ok {
		t.Errorf("a ninth odd site %d", id)
	}
	if _, ok := s.take(0, &draws); !ok {
		t.Error("no even site")
	}
}

func TestCheckSeparation(t *testing.T) {
	chain := &Graph{Nodes: 8, Edges: []Edge{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {6, 6}}}
	for hops := 1; hops <= 5; hops++ {
		ends := oneOf([]int32{0, int32(hops), 7})
		if err := CheckSeparation(chain, ends, hops); err != nil {
			t.Error(err)
		}
		err := CheckSeparation(chain, ends, hops+1)
		want := fmt.Sprintf("joined by %d hops: they must be at least %d", hops, hops+1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d hops apart: error %v, want one with %q", hops, err, want)
		}
	}
}

func TestHops(t *testing.T) {
	g := &Graph{Nodes: 6, Edges: []Edge{{1, 0}, {1, 2}, {2, 2}, {2, 3}, {0, 3}, {4, 5}}}
	for limit, want := range map[int][]int32{
		-1: {0, 1, 2, 1, -1, -1},
		2:  {0, 1, 2, 1, -1, -1},
		1:  {0, 1, -1, 1, -1, -1},
		0:  {0, -1, -1, -1, -1, -1},
	} {
		if diff := cmp.Diff(want, Hops(g, 0, limit)); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
	lattice, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{5, 6, 7}, Connections: constant(6)})
	for id, hops := range Hops(lattice, 9, -1) {
		if want := lattice.Lattice.Distance(9, id); int(hops) != want {
			t.Errorf("node %d is %d hops away, want %d", id, hops, want)
		}
	}
}
