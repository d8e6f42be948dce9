package web

import (
	"math"

	"tnn-gpu/host/model"
)

// Grid says where the nodes of a network are in its pictures: the sites of a
// lattice of two sides as they lie, those of three sides one slice at a time, and
// all others line by line, by id.
type Grid struct {
	Columns   int   `json:"columns"`
	Rows      int   `json:"rows"`
	Slices    int   `json:"slices"`
	Nodes     int   `json:"nodes"`
	Sides     []int `json:"sides"` // of the lattice; nil where there is none
	Bipartite bool  `json:"bipartite"`

	// Field is what pictures show if nothing else is asked for: of it alone the odd
	// sublattice is negated. Signed is that of model.Sites.
	Field  string `json:"field,omitempty"`
	Signed bool   `json:"signed,omitempty"`
}

// gridOf are the sites of a network.
func gridOf(s *model.Sites, nodes int) Grid {
	g := NewGrid(nodes, s.Sides, s.Bipartite)
	g.Field, g.Signed = s.Field, s.Signed
	return g
}

// NewGrid places nodes on a lattice, or by id where sides is nil.
func NewGrid(nodes int, sides []int, bipartite bool) Grid {
	g := Grid{Slices: 1, Nodes: nodes, Sides: sides, Bipartite: bipartite}
	switch len(sides) {
	case 3:
		g.Slices, g.Rows, g.Columns = sides[0], sides[1], sides[2]
	case 2:
		g.Rows, g.Columns = sides[0], sides[1]
	default:
		g.Columns = max(1, int(math.Ceil(math.Sqrt(float64(nodes)))))
		g.Rows = (nodes + g.Columns - 1) / g.Columns
	}
	return g
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
