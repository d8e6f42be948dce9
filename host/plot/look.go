package plot

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

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

// Apply gives a page another look. Panels that a logarithmic axis leaves nothing of are left
// out, and the page says so. An error says what cannot be: that it leaves nothing of any.
func (p *Page) Apply(l Look) error {
	p.Look = l
	if l.Title != "" {
		p.Title, p.Subtitle = l.Title, ""
	}
	if (l.LogX || l.LogY || l.LimitX != nil || l.LimitY != nil) && !p.HasCurves() {
		return errors.New("logarithmic axes and limits are those of curves, and this figure has none: leave them out")
	}
	var left []Panel
	var none, axes []string // what has no value above 0
	var outside []string    // what has none within the limits
	var where error
	for _, panel := range p.Panels {
		if panel.hasCurves() {
			switch err := panel.take(&l); {
			case errors.Is(err, errNoneAbove):
				none = append(none, panel.name())
				continue
			case errors.Is(err, errNoPlaceX):
				axes = append(axes, panel.X)
				continue
			case errors.Is(err, errOutside):
				outside, where = append(outside, panel.name()), cmp.Or(where, err)
				continue
			case err != nil:
				return fmt.Errorf("%s against %s: %w", panel.Y, panel.X, err)
			}
		}
		left = append(left, panel)
	}
	p.Panels = left
	if axes = slices.Compact(axes); len(none)+len(axes) > 0 {
		switch {
		case p.HasCurves() || len(outside) > 0:
		case len(none) == 0:
			return fmt.Errorf("no value of %s is above 0, as those of a logarithmic axis are: leave x out of --log", strings.Join(axes, ", "))
		default:
			return fmt.Errorf("%w, of %s: name other quantities (--quantity), or leave --log out", errNoneAbove, strings.Join(none, ", "))
		}
		said := "left out, as no value is above 0: " + strings.Join(append(none, axes...), ", ")
		if p.Subtitle != "" {
			said = p.Subtitle + "; " + said
		}
		p.Subtitle, p.Columns = said, columnsFor(len(left))
	}
	if len(outside) > 0 {
		if !p.HasCurves() {
			return fmt.Errorf("%s: %w", outside[0], where)
		}
		said := "left out, as nothing is within the limits: " + strings.Join(outside, ", ")
		if p.Subtitle != "" {
			said = p.Subtitle + "; " + said
		}
		p.Subtitle, p.Columns = said, columnsFor(len(left))
	}
	if l.Columns > 0 {
		p.Columns = min(l.Columns, len(p.Panels))
	}
	return nil
}

// errNoneAbove is that of a panel without a value for a logarithmic axis.
var errNoneAbove = errors.New("no value is above 0, as those of a logarithmic axis are")

// errNoPlaceX is that of a panel whose values of X are to blame.
var errNoPlaceX = errors.New("no value of x is above 0, as those of a logarithmic axis are")

// lacksX tells whether curves have points, and none a place on the axis of X.
func (p *Panel) lacksX() bool {
	points, places := 0, 0
	for _, c := range p.Curves {
		for _, x := range c.X {
			if points++; isFinite(x) {
				places++
			}
		}
	}
	return points > 0 && places == 0
}

// name is what a panel is about.
func (p *Panel) name() string {
	if p.Bins {
		return p.X
	}
	return p.Y
}

// hasCurves tells whether a panel is neither a picture nor a map nor a graph.
func (p *Panel) hasCurves() bool { return p.Picture == nil && p.Map == nil && p.Graph == nil }

// HasCurves tells whether a page has points that can be written as data.
func (p *Page) HasCurves() bool {
	return slices.ContainsFunc(p.Panels, func(panel Panel) bool { return panel.hasCurves() })
}

// take gives a panel axes.
func (p *Panel) take(l *Look) error {
	if (l.LogX || l.LogY) && p.Bars != nil {
		return errors.New("bars that stand on each other begin at 0, which a logarithmic axis does not have: leave --log out")
	}
	if l.LogX && !p.FineDecades && !p.Decades && p.Names == nil {
		p.toLogX()
		if !p.Bins && p.lacksX() {
			return errNoPlaceX
		}
	}
	if l.LogY && !p.FineDecadesY && !p.Bins && p.NamesY == nil {
		p.FineDecadesY, p.FromZero = true, false
		for i := range p.Curves {
			p.Curves[i] = logY(p.Curves[i], 0)
		}
	}
	if (l.LogX || l.LogY) && !slices.ContainsFunc(p.Curves, func(c Curve) bool { return len(finite(c).X) > 0 }) {
		return errNoneAbove
	}
	if l.LogX || l.LogY {
		p.keepExtent()
	}
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
	return p.checkLimits()
}

// fittingLines is a style in which no line of a text is wider than the room it has.
func fittingLines(text draw.TextStyle, words string, room vg.Length) draw.TextStyle {
	for line := range strings.Lines(words) {
		text = fitting(text, strings.TrimSuffix(line, "\n"), room)
	}
	return text
}

// setLimits gives the axes the extent that is asked for.
func (p *Panel) setLimits(out *plot.Plot) {
	for k, a := range []*plot.Axis{&out.X, &out.Y} {
		if l := p.Limits[k]; l != nil {
			a.Min, a.Max = l[0], l[1]
		}
	}
}

// fitting is a style in which a text is not wider than the room it has, if there is any.
func fitting(text draw.TextStyle, words string, room vg.Length) draw.TextStyle {
	if w := text.Width(words); w > room && room > 0 {
		text.Font.Size *= room / w
	}
	return text
}

// timed is a line whose colours tell the order of its points, from dark to bright. It has
// gaps where a point has no place.
type timed plotter.XYs

// Plot implements plot.Plotter.
func (t timed) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	paint := colours(0, 1)
	for i := range t[:max(0, len(t)-1)] {
		a, b := t[i], t[i+1]
		if !isFinite(a.X) || !isFinite(a.Y) || !isFinite(b.X) || !isFinite(b.Y) {
			continue
		}
		line := c.ClipLinesXY([]vg.Point{{X: toX(a.X), Y: toY(a.Y)}, {X: toX(b.X), Y: toY(b.Y)}})
		style := draw.LineStyle{Color: paint(float64(i) / float64(len(t))), Width: vg.Points(1)}
		c.StrokeLines(style, line...)
	}
}

// DataRange implements plot.DataRanger.
func (t timed) DataRange() (xmin, xmax, ymin, ymax float64) {
	return plotter.XYRange(plotter.XYs(slices.DeleteFunc(slices.Clone(t), func(at plotter.XY) bool { return !isFinite(at.X) || !isFinite(at.Y) })))
}
