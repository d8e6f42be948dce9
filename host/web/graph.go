package web

import (
	"tnn-gpu/host/model"
	"tnn-gpu/host/picture"
)

// A graph without a lattice is drawn where it has no more nodes and edges than these.
const (
	mostDrawn = picture.MostSprings
	mostLines = 5000 // edges
)

// drawing is where a page draws the nodes of a graph without a lattice, and its edges.
type drawing struct {
	X     []decimal  `json:"x"` // from 0 to 1, by node
	Y     []decimal  `json:"y"`
	Edges [][2]int32 `json:"edges"`
}

// isDrawn tells whether a grid of nodes is that of a graph to be drawn.
func (g *Grid) isDrawn(edges int) bool {
	return len(g.Sides) == 0 && g.Nodes <= mostDrawn && edges <= mostLines && edges > 0
}

func newDrawing(nodes int, edges [][2]int32) *drawing {
	d := &drawing{Edges: edges}
	x, y := picture.Place(nodes, edges)
	for i := range x {
		d.X, d.Y = append(d.X, decimal(x[i])), append(d.Y, decimal(y[i]))
	}
	return d
}

func edgesOf(links model.Links) [][2]int32 {
	out := make([][2]int32, links.Count)
	for i := range out {
		out[i][0], out[i][1] = links.Ends(i)
	}
	return out
}

// drawing is that of the network of a live run; nil where it is not to be drawn.
func (n *profile) drawing() *drawing {
	if grid := n.grids[n.space]; grid != nil && grid.Drawn {
		return newDrawing(grid.Nodes, edgesOf(n.links))
	}
	return nil
}

// drawing is that of the network of a run, from its final state.
func (f *folder) drawing(known *run) (*drawing, error) {
	if known.drawing != nil || !f.grid.Drawn {
		return known.drawing, nil
	}
	var edges [][2]int32
	err := f.ends(func(_ int, a, b int32) {
		if a >= 0 && b >= 0 && int(a) < f.grid.Nodes && int(b) < f.grid.Nodes {
			edges = append(edges, [2]int32{a, b})
		}
	})
	if err == nil {
		known.drawing = newDrawing(f.grid.Nodes, edges)
	}
	return known.drawing, err
}

// countEnds is the number of edges in the final state.
func (f *folder) countEnds() int {
	for _, a := range f.finals() {
		if a.Name == "a" && len(a.Axes) == 1 && len(a.Shape) == 1 {
			return int(min(a.Shape[0], mostLines+1))
		}
	}
	return 0
}
