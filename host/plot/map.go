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
	xs, ys := make([]vg.Length, len(x)), make([]vg.Length, len(y))
	for i := range x {
		xs[i] = toX(x[i])
	}
	for k := range y {
		ys[k] = toY(y[k])
	}
	for i, cx := range m.x {
		for k, cy := range m.y {
			if v := m.At(cx, cy); !math.IsNaN(v) { // the page's white is left where there is no value
				c.SetColor(scale.paint(v))
				c.Fill(m.cell(i, k, xs, ys))
			}
		}
	}
	height := c.Max.Y - c.Min.Y
	scale.draw(c, c.Max.Y-height*scaleShare*0.7, c.Max.Y-height*scaleShare*0.3)
}

// cell is what is painted for the cell in a column and a row, between these edges. So that no
// seam shows, it grows a little to the right and upwards, below the cells that are painted
// after it. It does not grow into a cell without a value, which nothing is painted over.
func (m *Map) cell(column, row int, xs, ys []vg.Length) vg.Path {
	has := func(column, row int) bool {
		return column < len(m.x) && row < len(m.y) && !math.IsNaN(m.At(m.x[column], m.y[row]))
	}
	grown := func(edges []vg.Length, i int) vg.Length {
		return edges[i] + min(vg.Points(0.5), (edges[i+1]-edges[i])/2)
	}
	cell := vg.Rectangle{Min: vg.Point{X: xs[column], Y: ys[row]}, Max: vg.Point{X: xs[column+1], Y: ys[row+1]}}
	own := cell.Max
	right, above := has(column+1, row), has(column, row+1)
	if right {
		cell.Max.X = grown(xs, column+1)
	}
	if above {
		cell.Max.Y = grown(ys, row+1)
	}
	if !right || !above || has(column+1, row+1) {
		return cell.Path()
	}
	var p vg.Path // without the corner
	p.Move(cell.Min)
	p.Line(vg.Point{X: cell.Max.X, Y: cell.Min.Y})
	p.Line(vg.Point{X: cell.Max.X, Y: own.Y})
	p.Line(own)
	p.Line(vg.Point{X: own.X, Y: cell.Max.Y})
	p.Line(vg.Point{X: cell.Min.X, Y: cell.Max.Y})
	p.Close()
	return p
}

// scale has colours for the values; where they are centred those of signs.
func (m *Map) scale() Scale {
	low, high := m.limits()
	if m.centred {
		return Scale{low, high, picture.Signs()}
	}
	return Scale{low, high, picture.Values()}
}
