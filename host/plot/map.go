package plot

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tnn-gpu/host/picture"
)

// Map is values at places of a plane, which is painted in cells around them.
type Map struct {
	x, y   []float64 // of the cells' centres, ascending
	values map[[2]float64]float64

	centred bool // colours are those of values on either side of 0
}

// add puts a value at a place. Several at one place are averaged.
func (m *Map) add(x, y, v float64) {
	if m.values == nil {
		m.values = make(map[[2]float64]float64)
	}
	for _, a := range []struct {
		list *[]float64
		v    float64
	}{{&m.x, x}, {&m.y, y}} {
		if at, found := slices.BinarySearch(*a.list, a.v); !found {
			*a.list = slices.Insert(*a.list, at, a.v)
		}
	}
	m.values[[2]float64{x, y}] = v
}

// At is the value at a place; NaN where there is none.
func (m *Map) At(x, y float64) float64 {
	if v, found := m.values[[2]float64{x, y}]; found {
		return v
	}
	return math.NaN()
}

// limits of the values.
func (m *Map) limits() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range m.values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	if m.centred {
		high = max(-low, high)
		low = -high
	}
	return low, high
}

// edges of cells with these centres.
func edges(centres []float64) []float64 {
	n := len(centres)
	if n == 1 {
		return []float64{centres[0] - 0.5, centres[0] + 0.5}
	}
	out := make([]float64, n+1)
	for i := 1; i < n; i++ {
		out[i] = (centres[i-1] + centres[i]) / 2
	}
	out[0], out[n] = 2*centres[0]-out[1], 2*centres[n-1]-out[n-1]
	return out
}

// below leaves out the ticks of an axis beside the scale of colours.
type below struct {
	plot.Ticker
	top float64
}

// Ticks implements plot.Ticker.
func (b below) Ticks(low, high float64) []plot.Tick {
	return slices.DeleteFunc(b.Ticker.Ticks(low, high), func(t plot.Tick) bool { return t.Value > b.top })
}

// scaleShare is the share of a panel that the scale of colours takes, at its top.
const scaleShare = 0.14

// DataRange implements plot.DataRanger, with room for the scale of colours.
func (m *Map) DataRange() (xmin, xmax, ymin, ymax float64) {
	x, y := edges(m.x), edges(m.y)
	low, high := y[0], y[len(y)-1]
	return x[0], x[len(x)-1], low, low + (high-low)/(1-scaleShare)
}

// Plot implements plot.Plotter.
func (m *Map) Plot(c draw.Canvas, p *plot.Plot) {
	scale := m.scale()
	toX, toY := p.Transforms(&c)
	x, y := edges(m.x), edges(m.y)
	for i, cx := range m.x {
		for k, cy := range m.y {
			v := m.At(cx, cy)
			if math.IsNaN(v) {
				continue // the page's white
			}
			cell := vg.Rectangle{Min: vg.Point{X: toX(x[i]), Y: toY(y[k])}, Max: vg.Point{X: toX(x[i+1]), Y: toY(y[k+1])}}
			// No seam: the next cells are drawn over what is below their edges.
			if i+1 < len(m.x) && !math.IsNaN(m.At(m.x[i+1], cy)) {
				cell.Max.X += min(vg.Points(0.5), (toX(x[i+2])-cell.Max.X)/2)
			}
			if k+1 < len(m.y) && !math.IsNaN(m.At(cx, m.y[k+1])) {
				cell.Max.Y += min(vg.Points(0.5), (toY(y[k+2])-cell.Max.Y)/2)
			}
			fill(c, cell, scale.paint(v))
		}
	}
	height := c.Max.Y - c.Min.Y
	scale.draw(c, c.Max.Y-height*scaleShare*0.7, c.Max.Y-height*scaleShare*0.3)
}

// scale has colours for the values; where they are centred those of signs.
func (m *Map) scale() Scale {
	low, high := m.limits()
	if m.centred {
		return Scale{low, high, picture.Signs()}
	}
	return Scale{low, high, picture.Values()}
}
