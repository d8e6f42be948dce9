package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNeighborByHand(t *testing.T) {
	ring, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{5}, Connections: constant(2)})
	want := []Edge{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}
	if diff := cmp.Diff(want, ring.Edges); diff != "" {
		t.Errorf("ring of 5 (-want +got):\n%s", diff)
	}
	torus, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{3, 4}, Connections: constant(4),
		SelfLoops: func(id int) int { return id / 10 }})
	want = []Edge{ // to the right, then below
		{0, 1}, {0, 4}, {1, 2}, {1, 5}, {2, 3}, {2, 6}, {3, 0}, {3, 7},
		{4, 5}, {4, 8}, {5, 6}, {5, 9}, {6, 7}, {6, 10}, {7, 4}, {7, 11},
		{8, 9}, {8, 0}, {9, 10}, {9, 1}, {10, 11}, {10, 2}, {11, 8}, {11, 3},
		{10, 10}, {11, 11},
	}
	if diff := cmp.Diff(want, torus.Edges); diff != "" {
		t.Errorf("torus of 3x4 (-want +got):\n%s", diff)
	}
	offsets := [][3]int{{-1, 0, 0}, {0, -1, 0}, {0, 1, 0}, {1, 0, 0}}
	if diff := cmp.Diff(&Stencil{Offsets: offsets}, torus.Stencil); diff != "" {
		t.Errorf("stencil of 3x4 (-want +got):\n%s", diff)
	}
}

// The numbers of connections of docs/model.md section 9, and counts of sites on
// the endless lattice for the other dimensions.
func TestReachOf(t *testing.T) {
	const side = 40
	for dimensions := 1; dimensions <= 3; dimensions++ {
		l := Lattice{Sides: slices.Repeat([]int{side}, dimensions)}
		for _, bipartite := range []bool{false, true} {
			sites := 0
			for reach := 1; reach <= 7; reach++ {
				if bipartite && reach%2 == 0 {
					continue
				}
				sites = len(stencilOffsets(dimensions, reach, bipartite))
				if got, err := reachOf(l, bipartite, sites); err != nil || got != reach {
					t.Errorf("%d dimensions, bipartite %v: %d connections have reach %d, %v; want %d",
						dimensions, bipartite, sites, got, err, reach)
				}
				formula := 2 * reach * (reach + 1)
				if bipartite {
					formula = (reach + 1) * (reach + 1)
				}
				if dimensions == 2 && sites != formula {
					t.Errorf("reach %d, bipartite %v: %d offsets, want %d", reach, bipartite, sites, formula)
				}
			}
		}
	}
}

func TestNeighborErrors(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Sides: []int{20, 20}, Connections: constant(10)}, "node 0 cannot have its neighbors: 10 connections are none that a reach gives in 2 dimensions: the nearest are 4 and 12"},
		{Options{Sides: []int{20, 20}, Connections: constant(12), Bipartite: true}, "the nearest are 4 and 16"},
		{Options{Sides: []int{20, 20}, Connections: constant(3)}, "the nearest are 0 and 4"},
		{Options{Sides: []int{20, 20, 20}, Connections: constant(7)}, "the nearest are 6 and 24"},
		{Options{Sides: []int{20}, Connections: constant(5)}, "the nearest are 4 and 6"},
		{Options{Sides: []int{20, 4}, Connections: constant(12)}, "the lattice 20x4 is too small for 12 connections: its shortest side allows 4 (reach 1)"},
		{Options{Sides: []int{2, 2}, Connections: constant(4), Bipartite: true}, "its shortest side allows 0 (reach 0)"},
		{Options{Sides: []int{5, 5}, Connections: constant(4), Bipartite: true}, "even sides"},
		{Options{Sides: []int{5, 5}, Connections: func(id int) int { return -id }}, "node 1 has -1 connections"},
		{Options{Sides: []int{5, 5}, Connections: constant(4), SelfLoops: constant(-1)}, "node 0 has -1 self-loops"},
		{Options{Sides: []int{5, 5}}, "needs Connections"},
		{Options{Sides: []int{5, 5}, Connections: constant(4), Separation: -1}, "separation"},
	} {
		c.o.Kind = Neighbor
		_, _, err := Build(c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.o.Sides, err, c.want)
		}
	}
}

// TestConnectionsThatCanBe holds the check of connections against the graphs that are built:
// those with all their edges but one, which an odd number of connections lacks.
func TestConnectionsThatCanBe(t *testing.T) {
	for _, kind := range []Kind{Neighbor, Random, Gaussian} {
		for _, sides := range [][]int{{2}, {6}, {1, 8}, {4, 6}, {4, 4, 2}} {
			for _, bipartite := range []bool{false, true} {
				for connections := 1; connections < 40; connections++ {
					l := Lattice{Sides: sides}
					o := Options{Kind: kind, Sides: sides, Bipartite: bipartite, Connections: constant(connections)}
					if kind == Gaussian {
						o.Scale = 2
					}
					_, report, err := Build(o)
					possible := err == nil && report.Missing <= 1
					check := l.Validate(bipartite)
					if check == nil {
						check = l.CheckConnections(kind, bipartite, connections)
					}
					if (check == nil) != possible {
						t.Errorf("%s, %v, bipartite %v, %d connections: %v, and building %v, %v", kind, sides, bipartite, connections, check, err, report)
					}
				}
			}
		}
	}
}

func TestBuildKnowsItsKinds(t *testing.T) {
	_, _, err := Build(Options{Kind: "ring", Sides: []int{5}, Connections: constant(2)})
	if err == nil || !strings.Contains(err.Error(), `no graph kind "ring"`) {
		t.Errorf("error %v", err)
	}
}

// Every edge of a neighbor graph, by definition: both ends reach the other, and
// they are not both external.
func TestNeighborProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bipartite := rapid.Bool().Draw(t, "bipartite")
		l := Lattice{Sides: drawSides(t, 300, bipartite)}
		allowed := []int{0}
		for reach := 1; 2*reach+1 <= slices.Min(l.Sides); reach++ {
			allowed = append(allowed, len(stencilOffsets(len(l.Sides), reach, bipartite)))
		}
		network, other := rapid.SampledFrom(allowed).Draw(t, "network"), rapid.SampledFrom(allowed).Draw(t, "other")
		external := rapid.SliceOfN(rapid.Bool(), l.Sites(), l.Sites()).Draw(t, "external")
		o := Options{Kind: Neighbor, Sides: l.Sides, Bipartite: bipartite,
			Connections: func(id int) int {
				if external[id] {
					return other
				}
				return network
			},
			External:  func(id int) bool { return external[id] },
			SelfLoops: func(id int) int { return id % 3 }}
		g, report, err := Build(o)
		if err != nil {
			t.Fatal(err)
		}
		checkGraph(t, g, report, o)

		var want []Edge
		for a := range g.Nodes {
			for b := a + 1; b < g.Nodes; b++ {
				d := l.Distance(a, b)
				reachA, _ := reachOf(l, bipartite, o.Connections(a))
				reachB, _ := reachOf(l, bipartite, o.Connections(b))
				if d <= min(reachA, reachB) && (!bipartite || d%2 == 1) && !(external[a] && external[b]) {
					want = append(want, Edge{int32(a), int32(b)})
				}
			}
		}
		got := slices.DeleteFunc(pairs(g.Edges), func(e Edge) bool { return e.A == e.B })
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Fatalf("edges (-want +got):\n%s", diff)
		}
	})
}

// What the comment of Stencil promises to code that computes neighbours.
func TestStencilArithmetic(t *testing.T) {
	for _, c := range []struct {
		sides       []int
		connections int
		bipartite   bool
	}{
		{[]int{9}, 6, false},
		{[]int{10}, 4, true},
		{[]int{5, 7}, 12, false},
		{[]int{8, 10}, 16, true},
		{[]int{5, 6, 7}, 24, false},
		{[]int{4, 6, 8}, 6, true},
	} {
		t.Run(fmt.Sprint(c.sides, c.connections), func(t *testing.T) {
			g, report := mustBuild(t, Options{Kind: Neighbor, Sides: c.sides, Bipartite: c.bipartite, Connections: constant(c.connections)})
			if report.Missing != 0 {
				t.Fatal(report)
			}
			offsets := g.Stencil.Offsets
			half := len(offsets) / 2
			at := func(id, k int) int {
				p := g.Lattice.Coordinates(id)
				for axis := range p {
					p[axis] += offsets[k][axis]
				}
				return g.Lattice.ID(p)
			}
			for i := range g.Nodes {
				for k := range offsets {
					j, back := at(i, k), g.Stencil.Opposite(k)
					if at(j, back) != i {
						t.Fatalf("slot %d of node %d leads to %d, and slot %d does not lead back", k, i, j, back)
					}
					edge := i*half + k - half
					if k < half {
						edge = j*half + back - half
					}
					if e := g.Edges[edge]; e != (Edge{int32(i), int32(j)}) && e != (Edge{int32(j), int32(i)}) {
						t.Fatalf("edge %d is %v, want %d and %d", edge, e, i, j)
					}
				}
			}
		})
	}
}

func TestStencilIsAbsentWhereNodesDiffer(t *testing.T) {
	mixed, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{10, 10}, Bipartite: true,
		Connections: func(id int) int { return 4 + 12*min(id, 1) }})
	if mixed.Stencil != nil {
		t.Error("nodes of two reaches share a stencil")
	}
	touching, report := mustBuild(t, Options{Kind: Neighbor, Sides: []int{10, 10}, Connections: constant(4),
		External: oneOf([]int32{0, 1})})
	if touching.Stencil != nil {
		t.Error("two external nodes lack their edge, and there is a stencil")
	}
	if want := (Report{Wanted: 400, Placed: 199, Missing: 2, Short: 2}); *report != want {
		t.Errorf("report %v, want %v", report, &want)
	}
	apart, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{10, 10}, Connections: constant(4),
		External: oneOf([]int32{0, 2})})
	if apart.Stencil == nil {
		t.Error("all nodes have all neighbours, and there is no stencil")
	}
}
