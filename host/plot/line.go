package plot

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// addCurve adds the line of a curve, if it has one.
func (p *Panel) addCurve(out *plot.Plot, c Curve) error {
	x, y, _ := thin(c)
	points := make(plotter.XYs, len(x))
	for k := range points {
		points[k] = plotter.XY{X: x[k], Y: y[k]}
	}
	if len(points) == 0 || c.Marks && !c.Joined {
		return nil
	}
	if p.Bins {
		points = outline(points)
	}
	if c.Timed {
		out.Add(timed(points))
		return nil
	}
	drawn, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	drawn.LineStyle = c.line()
	if c.Marks {
		drawn.Width = vg.Points(0.6)
	}
	out.Add(line{drawn})
	return nil
}

// line is a plotter.Line of many points. Axes make room for the outermost of them, which
// are asked for several times.
type line struct{ *plotter.Line }

// GlyphBoxes implements plot.GlyphBoxer: the points that are furthest in each direction, of
// those on the axes.
func (l line) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var out []plot.GlyphBox
	for _, point := range l.XYs {
		x, y := p.X.Norm(point.X), p.Y.Norm(point.Y)
		if x < 0 || x > 1 || y < 0 || y > 1 {
			continue
		}
		at := plot.GlyphBox{X: x, Y: y}
		if out == nil {
			out = []plot.GlyphBox{at, at, at, at}
			continue
		}
		if x < out[0].X {
			out[0] = at
		}
		if x > out[1].X {
			out[1] = at
		}
		if y < out[2].Y {
			out[2] = at
		}
		if y > out[3].Y {
			out[3] = at
		}
	}
	half := l.Width / 2
	for i := range out {
		out[i].Rectangle = vg.Rectangle{Min: vg.Point{X: -half, Y: -half}, Max: vg.Point{X: half, Y: half}}
	}
	return out
}
