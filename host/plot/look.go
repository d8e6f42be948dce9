package plot

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Look is how a page is to be printed. What is zero is as always.
type Look struct {
	Width, Height  float64     // of a panel with its axis, in millimetres
	Font           float64     // size of the names of axes, in points; all else goes along
	Title          string      // in place of the page's own
	Columns        int         // panels in a row
	LogX, LogY     bool        // logarithmic axes
	LimitX, LimitY *[2]float64 // of the axes
}

// ordinaryFont is the size of the names of axes where nothing else is said.
const ordinaryFont = 10

// scale is how much larger everything is drawn than it is laid out.
func (l *Look) scale() vg.Length {
	if l.Font == 0 {
		return 1
	}
	return vg.Length(l.Font / ordinaryFont)
}

func (p *Page) panelWidth() vg.Length {
	if p.Look.Width == 0 {
		return panelWidth
	}
	return vg.Length(p.Look.Width)*vg.Millimeter/p.Look.scale() - gap
}

func (p *Page) panelHeight() vg.Length {
	if p.Look.Height == 0 {
		return panelHeight
	}
	return vg.Length(p.Look.Height)*vg.Millimeter/p.Look.scale() - gap
}

// Apply gives a page another look. An error says what cannot be: a logarithmic axis of
// values that are not above 0.
func (p *Page) Apply(l Look) error {
	p.Look = l
	if l.Title != "" {
		p.Title, p.Subtitle = l.Title, ""
	}
	if l.Columns > 0 {
		p.Columns = min(l.Columns, len(p.Panels))
	}
	if (l.LogX || l.LogY || l.LimitX != nil || l.LimitY != nil) && !p.HasCurves() {
		return errors.New("logarithmic axes and limits are those of curves, and this figure has none: leave them out")
	}
	for i := range p.Panels {
		panel := &p.Panels[i]
		if !panel.hasCurves() {
			continue
		}
		if err := panel.take(&l); err != nil {
			return fmt.Errorf("%s against %s: %w", panel.Y, panel.X, err)
		}
	}
	return nil
}

// hasCurves tells whether a panel is neither a picture nor a map nor a graph.
func (p *Panel) hasCurves() bool { return p.Picture == nil && p.Map == nil && p.Graph == nil }

// HasCurves tells whether a page has points that can be written as data.
func (p *Page) HasCurves() bool {
	return slices.ContainsFunc(p.Panels, func(panel Panel) bool { return panel.hasCurves() })
}

// take gives a panel axes.
func (p *Panel) take(l *Look) error {
	all := p.drawable()
	if l.LogX && !p.FineDecades && !p.Decades && p.Names == nil {
		p.FineDecades = true
		for i := range p.Curves {
			p.Curves[i] = logX(p.Curves[i])
		}
		for i := range p.Marks {
			p.Marks[i].X = math.Log10(p.Marks[i].X)
		}
		for i, in := range p.Insets {
			p.Insets[i] = [2]float64{math.Log10(in[0]), math.Log10(in[1])}
		}
		p.Extent = nil
	}
	if l.LogY && !p.FineDecadesY && !p.Bins && p.NamesY == nil {
		p.FineDecadesY, p.FromZero = true, false
		for i := range p.Curves {
			p.Curves[i] = logY(p.Curves[i])
		}
	}
	left := p.drawable()
	if (l.LogX || l.LogY) && left == 0 {
		return errors.New("no value is above 0, as those of a logarithmic axis are")
	}
	p.Hidden += all - left
	for k, of := range []struct {
		limit *[2]float64
		log   bool
	}{{l.LimitX, p.FineDecades || p.Decades}, {l.LimitY, p.FineDecadesY || p.Bins}} {
		if of.limit == nil {
			continue
		}
		limit := *of.limit
		if of.log {
			if !(limit[0] > 0) {
				return fmt.Errorf("the limit %g is not above 0, as those of a logarithmic axis are", limit[0])
			}
			limit[0], limit[1] = math.Log10(limit[0]), math.Log10(limit[1])
		}
		p.Limits[k] = &limit
	}
	return nil
}

// drawable counts the points of all curves that have a place.
func (p *Panel) drawable() int {
	n := 0
	for _, c := range p.Curves {
		n += len(finite(c).X)
	}
	return n
}

// logX has decimal logarithms in place of the values of X; those that have none drop out
// with what is not finite.
func logX(c Curve) Curve {
	x := make([]float64, len(c.X))
	for i, v := range c.X {
		x[i] = math.Log10(v)
	}
	c.X = x
	return c
}

// logY is logX of Y, with its spread either way.
func logY(c Curve) Curve {
	const least = 1e-3 // of a value, where what is below it reaches 0
	y, up, down := make([]float64, len(c.Y)), []float64(nil), []float64(nil)
	for i, v := range c.Y {
		y[i] = math.Log10(v)
		if c.Spread == nil {
			continue
		}
		below := c.Spread[i]
		if c.Below != nil {
			below = c.Below[i]
		}
		up = append(up, math.Log10(v+c.Spread[i])-y[i])
		down = append(down, y[i]-math.Log10(math.Max(v-below, least*v)))
	}
	c.Y, c.Spread, c.Below = y, up, down
	return c
}

// setLimits gives the axes the extent that is asked for.
func (p *Panel) setLimits(out *plot.Plot) {
	for k, a := range []*plot.Axis{&out.X, &out.Y} {
		if l := p.Limits[k]; l != nil {
			a.Min, a.Max = l[0], l[1]
		}
	}
}

// fitting is a style in which a text is not wider than the room it has.
func fitting(text draw.TextStyle, words string, room vg.Length) draw.TextStyle {
	if w := text.Width(words); w > room {
		text.Font.Size *= room / w
	}
	return text
}

// band is the outline of what is within the spread of a curve, or of a long series that
// has none, between the least and the largest values that one point of the page has.
func (p *Panel) band(c Curve) plotter.XYs {
	x, y, spread := thin(c)
	below := spread
	if c.Below != nil {
		_, _, below = thin(Curve{X: c.X, Y: c.Y, Spread: c.Below})
	}
	switch {
	case spread == nil && len(c.X) > len(x) && !c.Timed:
		spread, below = extremes(c, y)
	case spread == nil:
		return nil
	}
	out := make(plotter.XYs, 0, 2*len(x))
	for k := range x {
		out = append(out, p.within(x[k], y[k]+spread[k]))
	}
	for k := len(x) - 1; k >= 0; k-- {
		out = append(out, p.within(x[k], y[k]-below[k]))
	}
	return out
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

// extremes are how far the values that a point stands for are above it and below.
func extremes(c Curve, mean []float64) (above, below []float64) {
	c = finite(c)
	n := len(c.Y)
	above, below = make([]float64, mostPoints), make([]float64, mostPoints)
	for i := range mean {
		for _, v := range c.Y[i*n/mostPoints : (i+1)*n/mostPoints] {
			above[i], below[i] = max(above[i], v-mean[i]), max(below[i], mean[i]-v)
		}
	}
	return above, below
}

// timed is a line whose colours tell the order of its points, from dark to bright.
type timed plotter.XYs

// Plot implements plot.Plotter.
func (t timed) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	paint := colours(0, 1)
	for i := range t[:max(0, len(t)-1)] {
		a, b := t[i], t[i+1]
		line := c.ClipLinesXY([]vg.Point{{X: toX(a.X), Y: toY(a.Y)}, {X: toX(b.X), Y: toY(b.Y)}})
		style := draw.LineStyle{Color: paint(float64(i) / float64(len(t))), Width: vg.Points(1)}
		c.StrokeLines(style, line...)
	}
}

// DataRange implements plot.DataRanger.
func (t timed) DataRange() (xmin, xmax, ymin, ymax float64) { return plotter.XYRange(plotter.XYs(t)) }
