package exchange

import (
	"cmp"
	"fmt"
	"slices"

	"tnn-gpu/host/graph"
)

// merge takes edges that are given in both directions once, where both have the
// same weight. Any other two edges between the same nodes are an error; a node may
// have several self-loops.
func (g *gather) merge(n *Import) error {
	// It sorts, as a map would take several times the memory of the edges.
	order := make([]uint32, 0, len(g.edges))
	for i, e := range g.edges {
		if e.A != e.B {
			order = append(order, uint32(i))
		}
	}
	slices.SortFunc(order, func(i, j uint32) int {
		return cmp.Or(cmp.Compare(key(g.edges[i]), key(g.edges[j])), cmp.Compare(i, j))
	})
	var twice []double
	bad := -1
	for k := 1; k < len(order); k++ {
		i, j := order[k-1], order[k]
		if key(g.edges[i]) != key(g.edges[j]) {
			continue
		}
		third := k > 1 && key(g.edges[order[k-2]]) == key(g.edges[j])
		if !third && g.edges[i].A == g.edges[j].B && (g.weights == nil || g.weights[i] == g.weights[j]) {
			twice = append(twice, double{j, i})
		} else if bad < 0 || order[k] < order[bad] {
			bad = k
		}
	}
	if bad >= 0 {
		return g.refuse(n, int(order[bad-1]), int(order[bad]))
	}
	if g.twice = twice; len(twice) > 0 {
		slices.SortFunc(twice, func(a, b double) int { return cmp.Compare(a.second, b.second) })
		g.sayOnce(twice)
		g.leaveOut(twice)
		g.note("%s that it has in both directions, with the same weight, %s taken once", many(len(twice), "edge", "edges"), map[bool]string{true: "was", false: "were"}[len(twice) == 1])
	}
	return nil
}

// double is an edge that is left out, as it is another one in the other direction.
type double struct{ second, first uint32 }

// key is the same for both directions of an edge.
func key(e graph.Edge) uint64 {
	return uint64(min(e.A, e.B))<<32 | uint64(max(e.A, e.B))
}

// refuse says that two edges join the same nodes.
func (g *gather) refuse(n *Import, i, j int) error {
	a, b := short(n.name(int(g.edges[j].A))), short(n.name(int(g.edges[j].B)))
	if g.lines[j] == 0 {
		return fmt.Errorf("nodes %s and %s have two edges, number %d and %d: remove one of them", a, b, i, j)
	}
	if g.weights != nil && g.edges[i].A == g.edges[j].B {
		return at(int(g.lines[j]), "nodes %s and %s have an edge already, on line %d, which has another weight (%v and %v): an edge acts both ways, so give both directions one weight",
			a, b, g.lines[i], g.weights[i], g.weights[j])
	}
	return at(int(g.lines[j]), "nodes %s and %s have an edge already, on line %d: remove one of the two", a, b, g.lines[i])
}

// leaveOut removes the second ones, whose numbers ascend.
func (g *gather) leaveOut(twice []double) {
	to := 0
	for i := range g.edges {
		if len(twice) > 0 && twice[0].second == uint32(i) {
			twice = twice[1:]
			continue
		}
		g.edges[to] = g.edges[i]
		if g.weights != nil {
			g.weights[to] = g.weights[i]
		}
		to++
	}
	g.edges = g.edges[:to]
	if g.weights != nil {
		g.weights = g.weights[:to]
	}
}

// sayOnce gives what is said of edges that are left out to those that stand for them,
// before what these have of their own.
func (g *gather) sayOnce(twice []double) {
	if len(g.ofEdges.all) == 0 {
		return
	}
	find := func(edge int64) (at int, found bool) {
		return slices.BinarySearchFunc(twice, edge, func(d double, edge int64) int { return cmp.Compare(int64(d.second), edge) })
	}
	var before, own []said
	for _, s := range g.ofEdges.all {
		below, isLeft := find(s.item)
		if isLeft {
			s.item = int64(twice[below].first)
			below, _ = find(s.item)
		}
		s.item -= int64(below)
		if isLeft {
			before = append(before, s)
		} else {
			own = append(own, s)
		}
	}
	g.ofEdges.all = append(before, own...)
}
