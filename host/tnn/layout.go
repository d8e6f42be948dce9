package tnn

import (
	"cmp"
	"fmt"
	"slices"

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

// NewLayout lays out a graph. The schedule must be valid and cover the network
// nodes; other nodes may be in it, and those that are not form a last set. Beside
// the layout it takes up to 12 bytes a node while it works.
func NewLayout(g *graph.Graph, schedule graph.Schedule, group func(id int32) int, external func(id int32) bool) (*Layout, error) {
	if int64(len(g.Edges)) > MaxEdges {
		return nil, fmt.Errorf("the graph has %d edges, more than the %d that a table of weights can number", len(g.Edges), int64(MaxEdges))
	}
	b := &layouter{Layout: &Layout{}, graph: g, group: group, external: external, degree: degrees(g)}
	for set, ids := range schedule {
		b.split(set, ids)
	}
	if rest := unscheduled(g.Nodes, schedule); len(rest) > 0 {
		b.split(len(schedule), rest)
	}
	b.place()
	b.connect()
	b.numberWeights()
	return b.Layout, nil
}

// layouter makes a layout.
type layouter struct {
	*Layout
	graph    *graph.Graph
	group    func(id int32) int
	external func(id int32) bool
	degree   []int32   // by id
	nodes    [][]int32 // by segment: ids in the order of their positions
}

// degrees counts half-edges; a self-loop has one.
func degrees(g *graph.Graph) []int32 {
	d := make([]int32, g.Nodes)
	rest := g.Edges
	if g.Stencil != nil {
		all := len(g.Stencil.Offsets)
		for id := range d {
			d[id] = int32(all)
		}
		rest = rest[g.Nodes*all/2:]
	}
	for _, e := range rest {
		d[e.A]++
		if e.B != e.A {
			d[e.B]++
		}
	}
	return d
}

func unscheduled(nodes int, schedule graph.Schedule) []int32 {
	left := nodes
	for _, set := range schedule {
		left -= len(set)
	}
	if left == 0 {
		return nil
	}
	seen := make([]bool, nodes)
	for _, set := range schedule {
		for _, id := range set {
			seen[id] = true
		}
	}
	rest := make([]int32, 0, left)
	for id, s := range seen {
		if !s {
			rest = append(rest, int32(id))
		}
	}
	return rest
}

// split makes the segments of one colour set: by group, each with the even
// sublattice first. Inside a segment nodes stand by falling degree, which keeps
// the padding of slices small, then by id.
func (b *layouter) split(set int, ids []int32) {
	for p, nodes := range b.parts(ids) {
		if len(nodes) == 0 {
			continue
		}
		slices.SortFunc(nodes, func(x, y int32) int {
			return cmp.Or(cmp.Compare(b.degree[y], b.degree[x]), cmp.Compare(x, y))
		})
		count := (len(nodes) + Lanes - 1) / Lanes
		b.Segments = append(b.Segments, Segment{Set: set, Group: p / 2, Sign: 1 - 2*(p%2), First: b.Positions / Lanes, Slices: count})
		b.nodes = append(b.nodes, nodes)
		b.Positions += count * Lanes
	}
}

// parts deals out nodes by group and sublattice.
func (b *layouter) parts(ids []int32) [][]int32 {
	var sizes []int
	for _, id := range ids {
		p := b.part(id)
		for len(sizes) <= p {
			sizes = append(sizes, 0)
		}
		sizes[p]++
	}
	parts := make([][]int32, len(sizes))
	for p, size := range sizes {
		if size == len(ids) { // as on a lattice, where asking again takes long
			parts[p] = slices.Clone(ids)
			return parts
		}
		parts[p] = make([]int32, 0, size)
	}
	for _, id := range ids {
		p := b.part(id)
		parts[p] = append(parts[p], id)
	}
	return parts
}

// part is twice the group of a node, and 1 more on the odd sublattice.
func (b *layouter) part(id int32) int {
	p := 0
	if !b.external(id) {
		p = 2 * b.group(id)
	}
	if b.graph.Bipartite {
		p += b.graph.Lattice.Parity(int(id))
	}
	return p
}

// place gives every node its position, and every slice as many rows as its
// first node, which has most, has half-edges.
func (b *layouter) place() {
	b.ID = make([]int32, b.Positions)
	b.Position = make([]int32, b.graph.Nodes)
	b.Active = make([]uint32, b.Positions/Lanes)
	b.Rows = make([]int64, 1+len(b.Active))
	for i, seg := range b.Segments {
		nodes := b.nodes[i]
		parallel(seg.Slices, func(from, to int) {
			for s := from; s < to; s++ {
				b.placeSlice(seg.First+s, nodes[s*Lanes:min((s+1)*Lanes, len(nodes))])
			}
		})
		for s := range seg.Slices {
			b.Rows[seg.First+s+1] = b.Rows[seg.First+s] + int64(b.degree[nodes[s*Lanes]])
		}
	}
	for id, at := range b.Position {
		if b.external(int32(id)) {
			b.External = append(b.External, at)
		}
	}
	b.nodes = nil
}

// placeSlice gives the nodes of a slice, which may not fill it, their positions.
func (b *layouter) placeSlice(slice int, nodes []int32) {
	for lane := range Lanes {
		at := slice*Lanes + lane
		if lane >= len(nodes) {
			b.ID[at] = -1
			continue
		}
		id := nodes[lane]
		b.ID[at], b.Position[id] = id, int32(at)
		if !b.external(id) {
			b.Active[slice] |= 1 << lane
		}
	}
}

// connect fills the half-edge tables, for now with edges in place of weights. A
// node's slots are those of the graph's stencil where it has one, and then in the
// order in which the graph lists its edges.
func (b *layouter) connect() {
	b.Neighbour = make([]int32, b.HalfEdges())
	b.Weight = make([]uint32, b.HalfEdges())
	parallel(len(b.Neighbour), func(from, to int) {
		for h := from; h < to; h++ {
			b.Neighbour[h] = -1
		}
	})
	half := 0
	if b.graph.Stencil != nil {
		half = len(b.graph.Stencil.Offsets) / 2
		parallel(b.graph.Nodes, func(from, to int) { b.joinStencil(from, to, half) })
	}
	used := b.degree // its place is taken by the slots that are used, by id
	for i := range used {
		used[i] = int32(2 * half)
	}
	for i := b.graph.Nodes * half; i < len(b.graph.Edges); i++ {
		e := b.graph.Edges[i]
		b.join(i, e, used[e.A], used[e.B])
		used[e.A]++
		if e.B != e.A {
			used[e.B]++
		}
	}
}

// joinStencil joins some nodes to those at the second half of the stencil.
func (b *layouter) joinStencil(from, to, half int) {
	for id := from; id < to; id++ {
		for k := range half {
			slot := half + k
			i := id*half + k
			b.join(i, b.graph.Edges[i], int32(slot), int32(b.graph.Stencil.Opposite(slot)))
		}
	}
}

// join fills the half-edges of edge i, in a slot of either end.
func (b *layouter) join(i int, e graph.Edge, slotA, slotB int32) {
	x, y := b.Position[e.A], b.Position[e.B]
	at, back := b.halfEdge(x, slotA), b.halfEdge(y, slotB)
	b.Neighbour[at], b.Neighbour[back] = y, x
	b.Weight[at], b.Weight[back] = uint32(i), uint32(i)
}

// numberWeights numbers the weights in the order of their owners' half-edges,
// and puts them where connect has left edges.
func (b *layouter) numberWeights() {
	b.EdgeWeight = make([]uint32, len(b.graph.Edges))
	for s := range b.Active {
		for h := b.Rows[s] * Lanes; h < b.Rows[s+1]*Lanes; h++ {
			if int32(s)*Lanes+int32(h%Lanes) <= b.Neighbour[h] { // the owner; also false where there is no neighbour
				b.EdgeWeight[b.Weight[h]] = uint32(b.Weights)
				b.Weights++
			}
		}
	}
	parallel(len(b.Weight), func(from, to int) {
		for h := from; h < to; h++ {
			if b.Neighbour[h] >= 0 {
				b.Weight[h] = b.EdgeWeight[b.Weight[h]]
			}
		}
	})
}

// halfEdge is the index of the half-edge in a slot of the node at a position.
func (l *Layout) halfEdge(position, slot int32) int64 {
	return (l.Rows[position/Lanes]+int64(slot))*Lanes + int64(position%Lanes)
}
