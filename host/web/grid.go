package web

import (
	"math"

	"tnn-gpu/host/model"
)

// Grid says where the items of a space are in its pictures: the sites of a lattice of two
// sides, or a table, as they lie; those of a lattice of three sides one slice at a time;
// those of one side in a line, under those of the steps before; and all others line by
// line, by id.
type Grid struct {
	Columns   int   `json:"columns"`
	Rows      int   `json:"rows"`
	Slices    int   `json:"slices"`
	Nodes     int   `json:"nodes"`
	Sides     []int `json:"sides"` // of the lattice; nil where there is none
	Bipartite bool  `json:"bipartite"`
	Past      int   `json:"past,omitempty"`  // of a line: as many steps are shown at most
	Drawn     bool  `json:"drawn,omitempty"` // it is a graph that is small enough to be drawn
}

// Pictures of lines have at most so many steps, and hold so many values.
const (
	mostPast   = 256
	leastPast  = 8
	pastValues = 1 << 22
)

// NewGrid places nodes on a lattice, or by id where sides is nil.
func NewGrid(nodes int, sides []int, bipartite bool) Grid {
	g := Grid{Slices: 1, Nodes: nodes, Sides: sides, Bipartite: bipartite}
	switch len(sides) {
	case 3:
		g.Slices, g.Rows, g.Columns = sides[0], sides[1], sides[2]
	case 2:
		g.Rows, g.Columns = sides[0], sides[1]
	case 1:
		g.Rows, g.Columns = 1, nodes
	default:
		g.Columns = max(1, int(math.Ceil(math.Sqrt(float64(nodes)))))
		g.Rows = (nodes + g.Columns - 1) / g.Columns
	}
	return g
}

// gridOf places the items of a space that is shown though it has no sites; nil of any other.
func gridOf(s model.Space) *Grid {
	if !s.Shown || len(s.Shape) > 2 {
		return nil
	}
	g := NewGrid(s.Len(), s.Shape, false)
	return &g
}

// remember has the grid of a line show as many steps as there is room for.
func (g *Grid) remember(replicas int) {
	if len(g.Sides) == 1 {
		g.Past = min(mostPast, max(leastPast, pastValues/max(1, g.Nodes*replicas)))
	}
}

// below is the grid of some steps of a line, one under another.
func (g *Grid) below(rows int) *Grid {
	return &Grid{Columns: g.Columns, Rows: rows, Slices: 1, Nodes: g.Columns * rows, Sides: []int{rows, g.Columns}}
}

// first is the id at the beginning of a line; the following ids are beside it.
// The last line of a grid by id may go on beyond the last node.
func (g *Grid) first(slice, row int) int { return (slice*g.Rows + row) * g.Columns }

// parity is the sublattice of the node at the beginning of a line. It alternates
// along the line.
func (g *Grid) parity(slice, row int) int {
	if len(g.Sides) < 2 {
		return g.first(slice, row) & 1
	}
	return (slice + row) & 1
}
