package plot

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// spread is a curve with what its band shows: its spread, or, of a long series that has
// none, the least and the largest values that one point of the page has. A curve without
// either has no points.
func (p *Panel) spread(c Curve) Curve {
	out := thin(c)
	switch {
	case c.Spread != nil:
	case len(c.X) > len(out.X) && !c.Timed:
		out.Spread, out.Below = extremes(c, out.Y)
	default:
		return Curve{}
	}
	return out
}

// bandOf is the band around a piece of a curve.
func (p *Panel) bandOf(c Curve) band {
	colour := palette()[c.Colour%len(palette())]
	b := band{colour: color.RGBA{colour.R / 4, colour.G / 4, colour.B / 4, 64}} // premultiplied
	for k := range c.X {
		b.upper = append(b.upper, p.within(c.X[k], c.Y[k]+c.Spread[k]))
		b.lower = append(b.lower, p.within(c.X[k], c.Y[k]-c.down(k)))
	}
	return b
}

// within is the nearest point inside the limits.
func (p *Panel) within(x, y float64) plotter.XY {
	at := [2]float64{x, y}
	for k, l := range p.Limits {
		if l != nil {
			at[k] = min(max(at[k], l[0]), l[1])
		}
	}
	return plotter.XY{X: at[0], Y: at[1]}
}

// band is what is between two lines over the same values of X.
type band struct {
	upper, lower plotter.XYs // -Inf is the lower edge of the panel
	colour       color.Color
}

// Plot implements plot.Plotter.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	outline := slices.Clone(b.upper)
	for _, at := range slices.Backward(b.lower) {
		outline = append(outline, plotter.XY{X: at.X, Y: max(at.Y, p.Y.Min)})
	}
	if len(b.upper) > 1 {
		(&plotter.Polygon{XYs: []plotter.XYs{outline}, Color: b.colour}).Plot(c, p)
		return
	}
	toX, toY := p.Transforms(&c) // a single point between gaps
	bar := c.ClipLinesXY([]vg.Point{{X: toX(outline[0].X), Y: toY(outline[0].Y)}, {X: toX(outline[1].X), Y: toY(outline[1].Y)}})
	c.StrokeLines(draw.LineStyle{Color: b.colour, Width: vg.Points(2)}, bar...)
}

// DataRange implements plot.DataRanger: an end at the edge does not move it.
func (b band) DataRange() (xmin, xmax, ymin, ymax float64) {
	ends := slices.Clone(b.upper)
	for _, at := range b.lower {
		if isFinite(at.Y) {
			ends = append(ends, at)
		}
	}
	return plotter.XYRange(ends)
}

// addMarks puts marks at points, with bars as long as the spread either way.
func (p *Panel) addMarks(out *plot.Plot, c Curve) error {
	if c = finite(c); len(c.X) == 0 {
		return nil
	}
	marks, err := plotter.NewScatter(c.points())
	if err != nil {
		return err
	}
	marks.GlyphStyle = c.mark()
	switch {
	case c.Dots:
		marks.Radius = vg.Points(0.5)
	case c.Rings:
		marks.Shape, marks.Radius = draw.RingGlyph{}, vg.Points(2.5)
	}
	if c.Dots || c.Rings {
		out.Add(marks)
		return nil
	}
	style, width := draw.LineStyle{Color: c.line().Color, Width: vg.Points(0.8)}, vg.Points(4)
	open := openBars{style: style, width: width}
	var closed struct {
		plotter.XYs
		plotter.YErrors
	}
	for k, at := range c.points() {
		var low, high float64
		if c.Spread != nil && isFinite(c.Spread[k]) {
			low, high = c.down(k), c.Spread[k]
		}
		if math.IsInf(low, 1) {
			open.tops = append(open.tops, plotter.XY{X: at.X, Y: at.Y + high})
			continue
		}
		closed.XYs, closed.YErrors = append(closed.XYs, at), append(closed.YErrors, struct{ Low, High float64 }{low, high})
	}
	if len(closed.XYs) > 0 {
		whiskers, err := plotter.NewYErrorBars(closed)
		if err != nil {
			return err
		}
		whiskers.LineStyle, whiskers.CapWidth = style, width
		out.Add(whiskers)
	}
	if len(open.tops) > 0 {
		out.Add(open)
	}
	out.Add(marks)
	return nil
}

// openBars go down to the lower edge of a panel, and have a cap at the top alone.
type openBars struct {
	tops  plotter.XYs
	style draw.LineStyle
	width vg.Length // of a cap
}

// Plot implements plot.Plotter.
func (b openBars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for _, at := range b.tops {
		top := vg.Point{X: toX(at.X), Y: toY(at.Y)}
		c.StrokeLines(b.style, c.ClipLinesXY([]vg.Point{{X: top.X, Y: c.Min.Y}, top})...)
		if c.Contains(top) {
			c.StrokeLine2(b.style, top.X-b.width/2, top.Y, top.X+b.width/2, top.Y)
		}
	}
}

// DataRange implements plot.DataRanger.
func (b openBars) DataRange() (xmin, xmax, ymin, ymax float64) { return plotter.XYRange(b.tops) }

// GlyphBoxes implements plot.GlyphBoxer: caps have room.
func (b openBars) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	half := vg.Point{X: b.width / 2, Y: b.style.Width / 2}
	var out []plot.GlyphBox
	for _, at := range b.tops {
		out = append(out, plot.GlyphBox{X: p.X.Norm(at.X), Y: p.Y.Norm(at.Y), Rectangle: vg.Rectangle{Min: vg.Point{X: -half.X, Y: -half.Y}, Max: half}})
	}
	return out
}
