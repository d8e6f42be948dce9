package plot

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Graph is pairs of items, which are joined by lines: items stand on a circle in their
// order. Lines have the colours of their values.
type Graph struct {
	items []float64 // numbers, ascending
	pairs [][3]float64
}

// add joins two items.
func (g *Graph) add(a, b, v float64) {
	for _, item := range []float64{a, b} {
		if at, found := slices.BinarySearch(g.items, item); !found {
			g.items = slices.Insert(g.items, at, item)
		}
	}
	g.pairs = append(g.pairs, [3]float64{a, b, v})
}

// mostLabels is the number of items up to which they have their numbers beside them.
const mostLabels = 100

// Plot implements plot.Plotter.
func (g *Graph) Plot(c draw.Canvas, _ *plot.Plot) {
	centre := vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: (c.Min.Y + c.Max.Y) / 2}
	radius := 0.85 * min(c.Max.X-c.Min.X, c.Max.Y-c.Min.Y) / 2
	at := func(item, away float64) vg.Point {
		i, _ := slices.BinarySearch(g.items, item)
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(g.items)))
		return vg.Point{X: centre.X + radius*vg.Length(away*sin), Y: centre.Y + radius*vg.Length(away*cos)}
	}
	pairs := slices.Clone(g.pairs) // the strongest on top
	slices.SortStableFunc(pairs, func(a, b [3]float64) int { return cmp.Compare(a[2], b[2]) })
	paint := colours(0, pairs[len(pairs)-1][2])
	c.SetLineWidth(vg.Points(0.5))
	for _, p := range pairs {
		var line vg.Path
		line.Move(at(p[0], 1))
		line.Line(at(p[1], 1))
		c.SetColor(paint(pairs[len(pairs)-1][2] - p[2])) // strong ones are dark
		c.Stroke(line)
	}
	text := draw.TextStyle{Color: color.Black, Font: sans(7), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	for _, item := range g.items {
		c.SetColor(color.Black)
		var dot vg.Path
		dot.Arc(at(item, 1), vg.Points(1.5), 0, 2*math.Pi)
		dot.Close()
		c.Fill(dot)
		if len(g.items) <= mostLabels {
			c.FillText(text, at(item, 1.09), fmt.Sprint(item))
		}
	}
}
