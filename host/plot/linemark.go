package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LineMark is a line across a panel at a value of X, with a name along it.
type LineMark struct {
	X    float64
	Name string
}

// Plot implements plot.Plotter.
func (m LineMark) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	x, grey := toX(m.X), color.Gray{90}
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.7), Dashes: []vg.Length{vg.Points(3), vg.Points(2)}}, x, c.Min.Y, x, c.Max.Y)
	text := draw.TextStyle{Color: grey, Font: sans(8), Rotation: math.Pi / 2, XAlign: draw.XLeft, YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
	const indent = 3 // of the name at either end, in points
	text = fitting(text, m.Name, c.Size().Y-2*vg.Points(indent))
	c.FillText(text, vg.Point{X: x - vg.Points(2.5), Y: c.Min.Y + vg.Points(indent)}, m.Name)
}

// edgeTicks are values of X that are marked at the lower edge of a panel.
type edgeTicks []float64

// Plot implements plot.Plotter.
func (t edgeTicks) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	style := draw.LineStyle{Color: color.Gray{90}, Width: vg.Points(0.5)}
	for _, v := range t {
		if x := toX(v); x >= c.Min.X && x <= c.Max.X {
			c.StrokeLine2(style, x, c.Min.Y, x, c.Min.Y+vg.Points(5))
		}
	}
}
