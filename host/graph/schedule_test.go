package graph

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSchedulesByHand(t *testing.T) {
	square := &Graph{Nodes: 5, Edges: []Edge{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {2, 2}}}
	triangle := &Graph{Nodes: 4, Edges: []Edge{{0, 1}, {1, 2}, {2, 0}, {2, 3}}}
	for _, c := range []struct {
		name    string
		g       *Graph
		include func(int) bool
		want    Schedule
	}{
		{"square, self-loop and lone node", square, all, Schedule{{0, 2, 4}, {1, 3}}},
		{"triangle", triangle, all, Schedule{{0, 3}, {1}, {2}}},
		{"triangle without a corner", triangle, func(id int) bool { return id != 0 }, Schedule{{1, 3}, {2}}},
		{"one colour", square, oneOf([]int32{1, 3}), Schedule{{1, 3}}},
		{"nobody", square, none, Schedule{}},
	} {
		if diff := cmp.Diff(c.want, DefaultSchedule(c.g, c.include)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if _, err := Checkerboard(triangle, all); err == nil || !strings.Contains(err.Error(), "odd length") {
		t.Errorf("checkerboard of a triangle: error %v", err)
	}
}

// On a bipartite lattice the sets are the sublattices, also where parts of the
// graph hang on nothing.
func TestCheckerboardIsTheSublattices(t *testing.T) {
	g, _ := mustBuild(t, Options{Kind: Random, Sides: []int{20, 20}, Bipartite: true, Connections: func(id int) int { return id % 2 }})
	network := func(id int) bool { return id%7 != 0 }
	schedule, err := Checkerboard(g, network)
	if err != nil {
		t.Fatal(err)
	}
	if len(schedule) != 2 {
		t.Fatalf("%d sets, want 2", len(schedule))
	}
	for parity, set := range schedule {
		for _, id := range set {
			if g.Lattice.Parity(int(id)) != parity {
				t.Errorf("node %d is in set %d", id, parity)
			}
		}
	}
	if err := schedule.Validate(g, network); err != nil {
		t.Error(err)
	}
}

// A neighbor graph that nobody called bipartite, with its nodes in another
// order and without a lattice, is still found to be one.
func TestTwoColoursAreFound(t *testing.T) {
	lattice, _ := mustBuild(t, Options{Kind: Neighbor, Sides: []int{20, 30}, Connections: constant(4)})
	g := &Graph{Nodes: lattice.Nodes}
	for _, e := range lattice.Edges {
		g.Edges = append(g.Edges, Edge{e.A * 7 % 600, e.B * 7 % 600})
	}
	schedule := DefaultSchedule(g, all)
	if err := schedule.Validate(g, all); err != nil {
		t.Error(err)
	}
	if len(schedule) != 2 || len(schedule[0]) != 300 {
		t.Errorf("%d sets, want two of 300", len(schedule))
	}
}

func TestScheduleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 40).Draw(t, "nodes")
		node := rapid.Int32Range(0, int32(nodes-1))
		edge := rapid.Custom(func(t *rapid.T) Edge { return Edge{node.Draw(t, "a"), node.Draw(t, "b")} })
		g := &Graph{Nodes: nodes, Edges: rapid.SliceOf(edge).Draw(t, "edges")}
		included := rapid.SliceOfN(rapid.Bool(), nodes, nodes).Draw(t, "included")
		include := func(id int) bool { return included[id] }

		schedule := Greedy(g, include)
		if err := schedule.Validate(g, include); err != nil {
			t.Fatal(err)
		}
		for c, set := range schedule {
			if !slices.IsSorted(set) || len(set) == 0 {
				t.Fatalf("set %d is %v", c, set)
			}
			for _, id := range set { // no smaller colour was free
				for smaller := range c {
					taken := func(e Edge) bool {
						return e.A == id && e.B < id && slices.Contains(schedule[smaller], e.B) ||
							e.B == id && e.A < id && slices.Contains(schedule[smaller], e.A)
					}
					if !slices.ContainsFunc(g.Edges, taken) {
						t.Fatalf("node %d has colour %d, and %d is free", id, c, smaller)
					}
				}
			}
		}
		if err := DefaultSchedule(g, include).Validate(g, include); err != nil {
			t.Fatal(err)
		}
		// Two colours are found if and only if no walk of odd length closes.
		_, err := Checkerboard(g, include)
		if odd := hasOddWay(g, include); (err != nil) != odd {
			t.Fatalf("a closed way of odd length: %v, and the error is %v", odd, err)
		}
	})
}

// hasOddWay looks for a closed way of odd length by brute force: is a node to
// be reached from itself in an odd number of steps?
func hasOddWay(g *Graph, include func(int) bool) bool {
	for from := range g.Nodes {
		reached := map[[2]int]bool{{from, 0}: true} // node and parity of the steps
		for range 2 * g.Nodes {
			for _, e := range g.Edges {
				if e.A == e.B || !include(int(e.A)) || !include(int(e.B)) {
					continue
				}
				for parity := range 2 {
					if reached[[2]int{int(e.A), parity}] {
						reached[[2]int{int(e.B), 1 - parity}] = true
					}
					if reached[[2]int{int(e.B), parity}] {
						reached[[2]int{int(e.A), 1 - parity}] = true
					}
				}
			}
		}
		if reached[[2]int{from, 1}] {
			return true
		}
	}
	return false
}

func TestScheduleValidate(t *testing.T) {
	g := &Graph{Nodes: 4, Edges: []Edge{{0, 1}, {1, 2}, {2, 2}}}
	network := func(id int) bool { return id != 3 }
	for _, c := range []struct {
		s    Schedule
		want string
	}{
		{Schedule{{0, 2}, {1}}, ""},
		{Schedule{{2, 0}, {}, {1}}, ""},
		{Schedule{{0, 2}}, "node 1 is in no set"},
		{Schedule{{0, 2}, {1, 0}}, "node 0 is in sets 0 and 1"},
		{Schedule{{0, 2, 0}, {1}}, "node 0 is in sets 0 and 0"},
		{Schedule{{0, 2}, {1, 3}}, "node 3, which is not to be visited"},
		{Schedule{{0, 2}, {1, 4}}, "has node 4: the graph has nodes 0 to 3"},
		{Schedule{{0, 2}, {1, -1}}, "has node -1"},
		{Schedule{{0}, {1, 2}}, "set 1 of the schedule has nodes 1 and 2, which share an edge"},
	} {
		err := c.s.Validate(g, network)
		if c.want == "" && err != nil {
			t.Errorf("%v: %v", c.s, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: error %v, want one with %q", c.s, err, c.want)
		}
	}
}
