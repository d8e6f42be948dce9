package tnn

import (
	"fmt"
	"math"
	"sort"

	"tnn-gpu/host/graph"
)

// Lanes is the number of nodes of a slice. Arrays run slot-major inside a slice,
// so that the nodes of a slice read neighbouring words.
const Lanes = 32

// Segment is a run of slices whose nodes may be visited at the same time and
// share their parameters: one colour set, one group, one sublattice.
type Segment struct {
	Set    int // colour set, in visiting order
	Group  int // whose parameters its network nodes have
	Sign   int // +1, or -1 on the odd sublattice of a bipartite lattice
	First  int // first slice
	Slices int
}

// Layout orders nodes, half-edges and weights in memory, alike for every
// backend. Nodes have positions: colour sets follow one another, each padded to
// whole slices. The half-edge in slot k of the node at lane l of slice s has
// index (Rows[s]+k)*Lanes + l. A weight is owned by the end at the lower
// position and numbered in the order of its owner's half-edges.
type Layout struct {
	Positions int
	Segments  []Segment
	ID        []int32  // by position: the node's id, or -1 for padding
	Position  []int32  // by id
	Active    []uint32 // by slice: bit l is set where lane l is a network node
	Rows      []int64  // by slice, and one more: rows of half-edges before it
	Neighbour []int32  // by half-edge: position of the other end, or -1
	Weight    []uint32 // by half-edge: index of its weight
	Weights   int
	// EdgeWeight is the index of the weight of each edge of the graph.
	EdgeWeight []uint32
	External   []int32 // positions of the external nodes, by ascending id
}

// HalfEdges is the length of a half-edge array, padding included.
func (l *Layout) HalfEdges() int { return int(l.Rows[len(l.Rows)-1]) * Lanes }

// Slots is the number of half-edges that slice s has room for, per node.
func (l *Layout) Slots(s int) int { return int(l.Rows[s+1] - l.Rows[s]) }

// MostSlots is the largest number of slots of any slice.
func (l *Layout) MostSlots() int {
	most := 0
	for s := range l.Active {
		most = max(most, l.Slots(s))
	}
	return most
}

// node sorts the nodes of a colour set into segments.
type node struct {
	id          int32
	sign, group int
	degree      int32
}

// NewLayout lays out a graph. The schedule must be valid and cover the network
// nodes; other nodes may be in it, and those that are not form a last set.
func NewLayout(g *graph.Graph, schedule graph.Schedule, group func(id int32) int, external func(id int32) bool) (*Layout, error) {
	degree, err := degrees(g)
	if err != nil {
		return nil, err
	}
	l := &Layout{Position: make([]int32, g.Nodes), Rows: []int64{0}}
	describe := func(id int32) node {
		n := node{id: id, sign: 1, degree: degree[id]}
		if !external(id) {
			n.group = group(id)
		}
		if g.Bipartite && g.Lattice.Parity(int(id)) == 1 {
			n.sign = -1
		}
		return n
	}
	for set, ids := range schedule {
		l.addSet(set, ids, describe, external)
	}
	if rest := unscheduled(g.Nodes, schedule); len(rest) > 0 {
		l.addSet(len(schedule), rest, describe, external)
	}
	for id := range g.Nodes {
		if external(int32(id)) {
			l.External = append(l.External, l.Position[id])
		}
	}
	return l, l.connect(g)
}

// degrees counts half-edges; a self-loop has one.
func degrees(g *graph.Graph) ([]int32, error) {
	d := make([]int32, g.Nodes)
	for _, e := range g.Edges {
		d[e.A]++
		if e.B != e.A {
			d[e.B]++
		}
	}
	if len(g.Edges) > math.MaxInt32 {
		return nil, fmt.Errorf("the graph has %d edges, more than the %d that a table of weights can number", len(g.Edges), math.MaxInt32)
	}
	return d, nil
}

func unscheduled(nodes int, schedule graph.Schedule) []int32 {
	seen := make([]bool, nodes)
	for _, set := range schedule {
		for _, id := range set {
			seen[id] = true
		}
	}
	var rest []int32
	for id, s := range seen {
		if !s {
			rest = append(rest, int32(id))
		}
	}
	return rest
}

// addSet appends the segments of one colour set. Inside a segment nodes stand by
// falling degree, which keeps the padding of slices small, then by id.
func (l *Layout) addSet(set int, ids []int32, describe func(int32) node, external func(int32) bool) {
	nodes := make([]node, len(ids))
	for i, id := range ids {
		nodes[i] = describe(id)
	}
	sort.SliceStable(nodes, func(i, j int) bool {
		a, b := nodes[i], nodes[j]
		switch {
		case a.group != b.group:
			return a.group < b.group
		case a.sign != b.sign:
			return a.sign > b.sign
		case a.degree != b.degree:
			return a.degree > b.degree
		}
		return a.id < b.id
	})
	for len(nodes) > 0 {
		n := 1
		for n < len(nodes) && nodes[n].group == nodes[0].group && nodes[n].sign == nodes[0].sign {
			n++
		}
		l.addSegment(set, nodes[:n], external)
		nodes = nodes[n:]
	}
}

func (l *Layout) addSegment(set int, nodes []node, external func(int32) bool) {
	seg := Segment{Set: set, Group: nodes[0].group, Sign: nodes[0].sign, First: len(l.Active)}
	for len(nodes) > 0 {
		slice := nodes[:min(Lanes, len(nodes))]
		nodes = nodes[len(slice):]
		var active uint32
		for lane := range Lanes {
			if lane >= len(slice) {
				l.ID = append(l.ID, -1)
				continue
			}
			id := slice[lane].id
			l.Position[id] = int32(len(l.ID))
			l.ID = append(l.ID, id)
			if !external(id) {
				active |= 1 << lane
			}
		}
		l.Active = append(l.Active, active)
		l.Rows = append(l.Rows, l.Rows[len(l.Rows)-1]+int64(slice[0].degree))
		seg.Slices++
	}
	l.Positions = len(l.ID)
	l.Segments = append(l.Segments, seg)
}

// connect fills the half-edge tables. A node's slots are those of the graph's
// stencil where it has one, and then in the order in which the graph lists its
// edges.
func (l *Layout) connect(g *graph.Graph) error {
	l.Neighbour = make([]int32, l.HalfEdges())
	l.Weight = make([]uint32, l.HalfEdges())
	for h := range l.Neighbour {
		l.Neighbour[h] = -1
	}
	used := make([]int32, l.Positions) // slots in list order
	half := 0
	if g.Stencil != nil {
		half = len(g.Stencil.Offsets) / 2
		for i := range used {
			used[i] = int32(2 * half)
		}
	}
	next := func(position int32) int32 {
		used[position]++
		return used[position] - 1
	}
	owner := make([]int64, len(g.Edges)) // the half-edge of the end at the lower position
	other := make([]int64, len(g.Edges))
	for i, e := range g.Edges {
		a, b := l.Position[e.A], l.Position[e.B]
		switch {
		case i < g.Nodes*half:
			slot := half + i%half
			owner[i], other[i] = l.halfEdge(a, int32(slot)), l.halfEdge(b, int32(g.Stencil.Opposite(slot)))
		case a == b:
			owner[i] = l.halfEdge(a, next(a))
			other[i] = owner[i]
		default:
			owner[i], other[i] = l.halfEdge(a, next(a)), l.halfEdge(b, next(b))
		}
		l.Neighbour[owner[i]], l.Neighbour[other[i]] = b, a
		if b < a {
			owner[i], other[i] = other[i], owner[i]
		}
	}
	// Number the weights in the order of their owners' half-edges.
	edge := make([]int32, len(l.Neighbour))
	for h := range edge {
		edge[h] = -1
	}
	for i, h := range owner {
		edge[h] = int32(i)
	}
	l.EdgeWeight = make([]uint32, len(g.Edges))
	for _, i := range edge {
		if i < 0 {
			continue
		}
		w := uint32(l.Weights)
		l.EdgeWeight[i], l.Weight[owner[i]], l.Weight[other[i]] = w, w, w
		l.Weights++
	}
	return nil
}

// halfEdge is the index of the half-edge in a slot of the node at a position.
func (l *Layout) halfEdge(position, slot int32) int64 {
	return (l.Rows[position/Lanes]+int64(slot))*Lanes + int64(position%Lanes)
}
