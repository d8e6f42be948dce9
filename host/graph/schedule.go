package graph

import (
	"fmt"
	"slices"
)

// Schedule says which nodes may be visited at the same time: colour sets of
// node ids, to be visited one set after another. No edge joins two nodes of a
// set, so the order inside a set does not matter (docs/model.md section 5).
// Ids ascend in every set that this package makes, and no set is empty.
type Schedule [][]int32

// DefaultSchedule covers the included nodes with a checkerboard if they can be
// coloured with two colours, else with Greedy.
func DefaultSchedule(g *Graph, include func(id int) bool) Schedule {
	if s, err := Checkerboard(g, include); err == nil {
		return s
	}
	return Greedy(g, include)
}

// Checkerboard covers the included nodes with at most two sets: even and odd
// sites where the graph is bipartite. Any other graph is searched, and in each
// connected part the node with the lowest id is in the first set; it is an
// error if it has a closed way of odd length. Only edges between included nodes
// count, and no self-loops.
func Checkerboard(g *Graph, include func(id int) bool) (Schedule, error) {
	if g.Bipartite {
		t := g.Lattice.torus()
		return collect(g.Nodes, 2, func(id int) int {
			if !include(id) {
				return -1
			}
			return t.at(id).parity()
		}), nil
	}
	colours, err := twoColours(g, include)
	if err != nil {
		return nil, err
	}
	return collect(g.Nodes, 2, func(id int) int { return int(colours[id]) }), nil
}

// Colours of nodes that are left out, and of those that have none yet.
const (
	leftOut    int32 = -1
	uncoloured int32 = -2
)

func blank(g *Graph, include func(id int) bool) []int32 {
	colours := make([]int32, g.Nodes)
	for id := range colours {
		colours[id] = leftOut
		if include(id) {
			colours[id] = uncoloured
		}
	}
	return colours
}

// twoColours colours every connected part breadth first.
func twoColours(g *Graph, include func(id int) bool) ([]int32, error) {
	colours := blank(g, include)
	peers := newAdjacency(g)
	var queue []int32
	for first := range colours {
		if colours[first] != uncoloured {
			continue
		}
		colours[first] = 0
		for queue = append(queue[:0], int32(first)); len(queue) > 0; queue = queue[1:] {
			id := queue[0]
			for _, x := range peers.of(id) {
				switch colours[x] {
				case uncoloured:
					colours[x] = 1 - colours[id]
					queue = append(queue, x)
				case colours[id]:
					return nil, fmt.Errorf("the graph is no checkerboard: a closed way of odd length goes through nodes %d and %d", id, x)
				}
			}
		}
	}
	return colours, nil
}

// Greedy covers the included nodes with as many sets as it takes: each node,
// ascending, gets the smallest colour that no peer has.
func Greedy(g *Graph, include func(id int) bool) Schedule {
	colours := blank(g, include)
	peers := newAdjacency(g)
	var seen []int // by colour: one more than the last node that saw it on a peer
	for id := range colours {
		if colours[id] == leftOut {
			continue
		}
		for _, x := range peers.of(int32(id)) {
			if c := colours[x]; c >= 0 {
				seen[c] = id + 1
			}
		}
		c := slices.IndexFunc(seen, func(last int) bool { return last != id+1 })
		if c < 0 {
			c = len(seen)
			seen = append(seen, 0)
		}
		colours[id] = int32(c)
	}
	return collect(g.Nodes, len(seen), func(id int) int { return int(colours[id]) })
}

// collect makes the sets of a colouring; nodes of a negative colour are left
// out, and sets without nodes too.
func collect(nodes, colours int, colour func(id int) int) Schedule {
	sizes := make([]int, colours)
	for id := range nodes {
		if c := colour(id); c >= 0 {
			sizes[c]++
		}
	}
	s := make(Schedule, colours)
	for c, size := range sizes {
		s[c] = make([]int32, 0, size)
	}
	for id := range nodes {
		if c := colour(id); c >= 0 {
			s[c] = append(s[c], int32(id))
		}
	}
	return slices.DeleteFunc(s, func(set []int32) bool { return len(set) == 0 })
}

// Validate is an error unless the schedule covers exactly the included nodes,
// each once, and no set holds both ends of an edge.
func (s Schedule) Validate(g *Graph, include func(id int) bool) error {
	setOf := make([]int32, g.Nodes)
	for id := range setOf {
		setOf[id] = -1
	}
	for k, set := range s {
		for _, id := range set {
			switch {
			case id < 0 || int(id) >= g.Nodes:
				return fmt.Errorf("set %d of the schedule has node %d: the graph has nodes 0 to %d", k, id, g.Nodes-1)
			case !include(int(id)):
				return fmt.Errorf("set %d of the schedule has node %d, which is not to be visited", k, id)
			case setOf[id] >= 0:
				return fmt.Errorf("node %d is in sets %d and %d of the schedule: it must be in one", id, setOf[id], k)
			}
			setOf[id] = int32(k)
		}
	}
	for id, set := range setOf {
		if set < 0 && include(id) {
			return fmt.Errorf("node %d is in no set of the schedule", id)
		}
	}
	for _, e := range g.Edges {
		if e.A != e.B && setOf[e.A] >= 0 && setOf[e.A] == setOf[e.B] {
			return fmt.Errorf("set %d of the schedule has nodes %d and %d, which share an edge", setOf[e.A], e.A, e.B)
		}
	}
	return nil
}
