package picture

import (
	"image"
	"image/color"
	"math"
)

type point struct{ x, y float64 } // from 0 to 1

// MostSprings is the number of nodes up to which edges act as springs; a larger
// graph is drawn as a circle.
const MostSprings = 400

// Place puts the nodes of a graph without lattice on a square of side 1, where pictures
// have them.
func Place(nodes int, edges [][2]int32) (x, y []float64) {
	for _, p := range place(&Scene{Nodes: nodes, Edges: edges}) {
		x, y = append(x, p.x), append(y, p.y)
	}
	return x, y
}

// place puts the nodes of a graph without lattice on a square, always at the same
// places: from a circle on, edges pull and nodes push each other, by ever smaller
// steps (Fruchterman and Reingold, Software: Practice and Experience 21, 1991).
func place(n *Scene) []point {
	at := circle(n.Nodes)
	if n.Nodes > MostSprings || n.Nodes < 3 {
		return at
	}
	const rounds = 200
	ideal := 1 / math.Sqrt(float64(n.Nodes)) // length of an edge
	for round := range rounds {
		force := make([]point, n.Nodes)
		for i := range at {
			for k := range i {
				push(force, at, i, k, func(d float64) float64 { return ideal * ideal / d })
			}
			// Without it parts that no edge joins would part for ever.
			force[i].x += 0.2 * (0.5 - at[i].x)
			force[i].y += 0.2 * (0.5 - at[i].y)
		}
		for _, e := range n.Edges {
			if e[0] != e[1] {
				push(force, at, int(e[0]), int(e[1]), func(d float64) float64 { return -d * d / ideal })
			}
		}
		longest := 0.1 * float64(rounds-round) / rounds
		for i, f := range force {
			if size := math.Hypot(f.x, f.y); size > longest {
				f = point{f.x * longest / size, f.y * longest / size}
			}
			at[i] = point{at[i].x + f.x, at[i].y + f.y}
		}
	}
	return fit(at)
}

// push adds the force between two nodes to both.
func push(force, at []point, i, k int, strength func(distance float64) float64) {
	x, y := at[i].x-at[k].x, at[i].y-at[k].y
	d := max(1e-3, math.Hypot(x, y))
	s := strength(d) / d
	force[i] = point{force[i].x + s*x, force[i].y + s*y}
	force[k] = point{force[k].x - s*x, force[k].y - s*y}
}

func circle(nodes int) []point {
	at := make([]point, nodes)
	for id := range at {
		sin, cos := math.Sincos(2 * math.Pi * float64(id) / float64(nodes))
		at[id] = point{(1 + sin) / 2, (1 - cos) / 2}
	}
	return at
}

// fit moves and scales points into the square.
func fit(at []point) []point {
	low, high := at[0], at[0]
	for _, p := range at {
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
	}
	size := max(high.x-low.x, high.y-low.y)
	if size == 0 {
		return circle(len(at))
	}
	for i, p := range at {
		at[i] = point{0.5 + (p.x-(low.x+high.x)/2)/size, 0.5 + (p.y-(low.y+high.y)/2)/size}
	}
	return at
}

// drawGraph draws edges as lines and nodes as discs.
func (v *View) drawGraph(nodes []Node) *image.RGBA {
	side := target
	radius := max(1.5, min(14, 0.3*float64(side)/math.Sqrt(float64(len(nodes)))))
	if v.Scale > 0 {
		radius = v.Scale / 2
	}
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	fill(out, out.Bounds(), color.RGBA{235, 241, 248, 255})
	margin := radius + 3
	on := func(id int32) point {
		p := v.layout[id]
		return point{margin + p.x*(float64(side)-2*margin), margin + p.y*(float64(side)-2*margin)}
	}
	for _, e := range v.Painter.Scene.Edges {
		line(out, on(e[0]), on(e[1]))
	}
	for id, n := range nodes {
		at := on(int32(id))
		disc(out, at, radius, n.Colour)
		if n.Sign != 0 && 2*radius >= signRoom {
			r := int(radius * 0.8)
			drawSign(out, image.Rect(int(at.x)-r, int(at.y)-r, int(at.x)+r+1, int(at.y)+r+1), n.Sign)
		}
	}
	return out
}

// line draws an edge, darker where edges cross.
func line(out *image.RGBA, from, to point) {
	steps := int(max(math.Abs(to.x-from.x), math.Abs(to.y-from.y))) + 1
	for i := range steps {
		t := float64(i) / float64(steps)
		x, y := int(from.x+t*(to.x-from.x)), int(from.y+t*(to.y-from.y))
		if !(image.Point{X: x, Y: y}).In(out.Bounds()) {
			continue
		}
		at := out.PixOffset(x, y)
		for c := range 3 {
			out.Pix[at+c] = uint8(max(70, int(out.Pix[at+c])*3/5))
		}
	}
}

// disc draws a node with a thin dark edge.
func disc(out *image.RGBA, at point, radius float64, c color.RGBA) {
	for y := int(at.y - radius - 1); y <= int(at.y+radius+1); y++ {
		for x := int(at.x - radius - 1); x <= int(at.x+radius+1); x++ {
			switch d := math.Hypot(float64(x)-at.x, float64(y)-at.y); {
			case d <= radius-1:
				out.SetRGBA(x, y, c)
			case d <= radius:
				out.SetRGBA(x, y, color.RGBA{70, 80, 95, 255})
			}
		}
	}
}
