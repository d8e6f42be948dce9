package plot

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// addCurve adds the line of a curve, if it has one.
func (p *Panel) addCurve(out *plot.Plot, c Curve) error {
	if c.Marks && !c.Joined {
		return nil
	}
	if c = thin(c); c.Timed {
		out.Add(timed(c.points()))
		return nil
	}
	for _, piece := range pieces(c) {
		points := piece.points()
		if p.Bins {
			points = outline(points)
		}
		if len(points) == 1 { // between gaps
			if err := addDot(out, c, points); err != nil {
				return err
			}
			continue
		}
		drawn, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		drawn.LineStyle = c.line()
		if c.Marks && !c.Rings {
			drawn.Width = vg.Points(0.6)
		}
		out.Add(line{drawn})
		if err := addFewMarks(out, c, points); err != nil {
			return err
		}
	}
	return nil
}

// addFewMarks puts marks along a line whose colour has come before, so that the two can be told
// apart. Lines of different numbers have them at different places.
func addFewMarks(out *plot.Plot, c Curve, points plotter.XYs) error {
	if !c.isLate() || c.Marks {
		return nil
	}
	const most = 8
	n := len(points)
	var at plotter.XYs
	for k := range points {
		if along := k*most + c.Colour*n/len(palette()); n <= most || along/n != (along-most)/n {
			at = append(at, points[k])
		}
	}
	marks, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	marks.GlyphStyle = c.mark()
	marks.Radius = vg.Points(2.5)
	out.Add(marks)
	return nil
}

// addDot adds a point that a line does not lead to, unless it has a mark.
func addDot(out *plot.Plot, c Curve, at plotter.XYs) error {
	if c.Marks {
		return nil
	}
	dot, err := plotter.NewScatter(at)
	if err != nil {
		return err
	}
	dot.GlyphStyle = draw.GlyphStyle{Color: c.line().Color, Radius: c.line().Width * 0.75, Shape: draw.CircleGlyph{}}
	out.Add(dot)
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
