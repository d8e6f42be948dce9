package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A panel with insets has room for them above its curves, in shares of the extent of the
// curves.
const (
	insetGap    = 0.05
	insetHeight = 0.85
)

// addInsets gives every panel of curves insets of the first and the last steps.
func (p *Page) addInsets(steps int64) error {
	for i := range p.Panels {
		panel := &p.Panels[i]
		if panel.Bins || len(panel.Curves) == 0 {
			continue
		}
		first, last := math.Inf(1), math.Inf(-1)
		for _, c := range panel.Curves {
			for _, x := range finite(c).X {
				first, last = min(first, x), max(last, x)
			}
		}
		if first > last { // there is nothing to draw
			continue
		}
		n := float64(steps)
		panel.Insets = [][2]float64{{first, first + n - 1}, {last - n + 1, last}}
		for _, in := range panel.Insets {
			if !panel.hasIn(in) || in[0] < first || in[1] > last {
				return fmt.Errorf("insets of %d steps: use as many as have two rows at least, and at most the %.0f that are drawn", steps, last-first+1)
			}
		}
	}
	return nil
}

// hasIn tells whether there are two points of a curve to draw in a range of X.
func (p *Panel) hasIn(in [2]float64) bool {
	for _, c := range p.Curves {
		if len(finite(part(c, in)).X) > 1 {
			return true
		}
	}
	return false
}

// part of a curve in a range of X.
func part(c Curve, in [2]float64) Curve {
	return c.pick(func(k int) bool { return c.X[k] >= in[0] && c.X[k] <= in[1] })
}

// inset is a part of a panel that is drawn again, larger, above the curves.
type inset struct {
	drawn                    *plot.Plot
	left, right, bottom, top float64 // shares of the axes
}

// insets are those of a panel, side by side.
func (p *Panel) insets() ([]inset, error) {
	var out []inset
	height := 1 + insetGap + insetHeight + keyRoom*float64(len(p.Key))
	for i, in := range p.Insets {
		small := Panel{FineDecades: p.FineDecades, FineDecadesY: p.FineDecadesY}
		for _, c := range p.Curves {
			small.Curves = append(small.Curves, part(c, in))
		}
		drawn, err := small.plot()
		if err != nil {
			return nil, err
		}
		drawn.BackgroundColor = color.White
		for _, a := range []*plot.Axis{&drawn.X, &drawn.Y} {
			a.Tick.Label.Font = sans(6)
			a.Tick.Length = vg.Points(3)
			a.Padding = 0
		}
		n := float64(len(p.Insets))
		out = append(out, inset{drawn: drawn, left: float64(i) / n, right: float64(i+1) / n, bottom: (1 + insetGap) / height, top: (1 + insetGap + insetHeight) / height})
	}
	return out, nil
}

// Plot implements plot.Plotter.
func (in inset) Plot(c draw.Canvas, _ *plot.Plot) {
	size, margin, own := c.Size(), vg.Points(3), *in.drawn
	small := placed{Plot: &own, at: draw.Crop(c, size.X*vg.Length(in.left)+margin, -size.X*vg.Length(1-in.right)-margin, size.Y*vg.Length(in.bottom), -size.Y*vg.Length(1-in.top))}
	small.fitLabels()
	small.Draw(small.at)
}
