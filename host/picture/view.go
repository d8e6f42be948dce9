package picture

import (
	"errors"
	"fmt"
	"image"
	"math"
)

// View says how a network is laid out on a picture.
type View struct {
	Painter *Painter
	// Scale is the number of pixels of a node's side, which may be less than 1; 0
	// chooses one for a picture of about target pixels.
	Scale float64
	Slice int  // of a lattice of three sides: its first coordinate
	Line  bool // a lattice of one side is drawn as a line, not as space-time
	Rows  int  // of space-time: as many records are shown

	past   [][]Node // of space-time, oldest first
	layout []point  // of a graph without lattice
}

// How large pictures are that are given no scale, and may be at all.
const (
	target  = 640
	largest = 8192
)

// NewView checks what is asked for.
func NewView(p *Painter, scale float64, slice int, line bool, rows int) (*View, error) {
	v := &View{Painter: p, Scale: scale, Slice: slice, Line: line, Rows: max(1, rows)}
	sides := p.Scene.Sides
	switch {
	case !(scale >= 0) || scale > 1 && scale != math.Trunc(scale):
		return nil, fmt.Errorf("a scale of %v is not possible; use a whole number of pixels per node, or less than 1", scale)
	case slice != 0 && len(sides) != 3:
		return nil, errors.New("only a lattice of three sides has slices")
	case len(sides) == 3 && (slice < 0 || slice >= sides[0]):
		return nil, fmt.Errorf("there is no slice %d; use 0 to %d", slice, sides[0]-1)
	case line && len(sides) != 1:
		return nil, errors.New("only a lattice of one side is drawn as a line")
	}
	if len(sides) == 0 {
		v.layout = place(p.Scene)
		return v, nil
	}
	width, height := v.size()
	if scale == 0 {
		v.Scale = defaultScale(max(width, height))
	}
	if float64(max(width, height))*v.Scale > largest {
		return nil, fmt.Errorf("a scale of %v makes a picture of %.0f x %.0f pixels; %d x %d are possible", scale,
			float64(width)*v.Scale, float64(height)*v.Scale, largest, largest)
	}
	return v, nil
}

// defaultScale is a whole number of pixels, or less than 1 for a large network.
func defaultScale(side int) float64 {
	if side <= target {
		return float64(target / side)
	}
	return min(1, 1024/float64(side))
}

// size of the picture in nodes.
func (v *View) size() (width, height int) {
	sides := v.Painter.Scene.Sides
	switch {
	case len(sides) == 3:
		return sides[2], sides[1]
	case len(sides) == 2:
		return sides[1], sides[0]
	case v.Line:
		return sides[0], max(1, sides[0]/16)
	}
	return sides[0], v.Rows
}

// SpaceTime tells whether pictures show records before the last, one under another.
func (v *View) SpaceTime() bool { return len(v.Painter.Scene.Sides) == 1 && !v.Line }

// See adds a record to those that space-time shows.
func (v *View) See(values []float64) { v.remember(v.Painter.Paint(values)) }

func (v *View) remember(nodes []Node) {
	v.past = append(v.past, nodes)
	v.past = v.past[max(0, len(v.past)-v.Rows):]
}

// Draw makes the picture of some values, by node. Space-time adds them below those
// that it has seen.
func (v *View) Draw(values []float64, caption string) *image.RGBA {
	nodes := v.Painter.Paint(values)
	if v.layout != nil {
		return v.Painter.withCaption(v.drawGraph(nodes), caption)
	}
	g := v.grid(nodes)
	if v.Scale >= 1 {
		return v.Painter.withCaption(g.enlarge(int(v.Scale)), caption)
	}
	width, height := pixels(g.width, v.Scale), pixels(g.height, v.Scale)
	return v.Painter.withCaption(g.shrink(width, height), caption)
}

func pixels(nodes int, scale float64) int { return max(1, int(math.Round(float64(nodes)*scale))) }

func (v *View) grid(nodes []Node) *grid {
	g := &grid{}
	g.width, g.height = v.size()
	sides := v.Painter.Scene.Sides
	switch {
	case len(sides) == 3:
		g.nodes = nodes[v.Slice*g.width*g.height:][:g.width*g.height]
	case len(sides) == 2:
		g.nodes = nodes
	case v.Line:
		for range g.height {
			g.nodes = append(g.nodes, nodes...)
		}
	default:
		v.remember(nodes)
		for _, row := range v.past {
			g.nodes = append(g.nodes, row...)
		}
		for len(g.nodes) < g.width*g.height {
			g.nodes = append(g.nodes, Node{Colour: absentColour()})
		}
	}
	return g
}
