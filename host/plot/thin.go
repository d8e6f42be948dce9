package plot

import (
	"math"

	"gonum.org/v1/plot/plotter"
)

// mostPoints of a curve are more than a page resolves.
const mostPoints = 2000

// thin averages neighbouring points of a curve that has too many, of those that have a
// place. Where none has one there is a gap.
func thin(c Curve) Curve {
	n := len(c.X)
	if n <= mostPoints {
		return c
	}
	mean := func(v []float64) []float64 {
		if v == nil {
			return nil
		}
		out := make([]float64, mostPoints)
		for i := range out {
			sum, of := 0.0, 0.0
			for k := i * n / mostPoints; k < (i+1)*n/mostPoints; k++ {
				if c.hasPlace(k) {
					sum, of = sum+v[k], of+1
				}
			}
			out[i] = sum / of // NaN where there is none
		}
		return out
	}
	out := c
	out.X, out.Y, out.Spread, out.Below, out.Linear = mean(c.X), mean(c.Y), mean(c.Spread), mean(c.Below), nil
	return out
}

// hasPlace tells whether a point has a place on paper: the values of a replica that has
// diverged have none, nor have the logarithms of what has none.
func (c *Curve) hasPlace(k int) bool {
	return isFinite(c.X[k]) && isFinite(c.Y[k]) && (c.Spread == nil || c.Marks || isFinite(c.Spread[k]))
}

// down is how far a bar or a band goes down from a point.
func (c *Curve) down(k int) float64 {
	if c.Below != nil {
		return c.Below[k]
	}
	return c.Spread[k]
}

// low and high are the ends of a bar or a band at a point; the point itself where there is none.
func (c *Curve) low(k int) float64 {
	if c.Spread == nil || !isFinite(c.Spread[k]) {
		return c.Y[k]
	}
	return max(c.Y[k]-c.down(k), -math.MaxFloat64) // to the edge
}

func (c *Curve) high(k int) float64 {
	if c.Spread == nil || !isFinite(c.Spread[k]) {
		return c.Y[k]
	}
	return c.Y[k] + c.Spread[k]
}

// points of a curve.
func (c *Curve) points() plotter.XYs {
	out := make(plotter.XYs, len(c.X))
	for k := range out {
		out[k] = plotter.XY{X: c.X[k], Y: c.Y[k]}
	}
	return out
}

// pick is a curve of some of the points.
func (c Curve) pick(keep func(k int) bool) Curve {
	of := func(v []float64) []float64 {
		var out []float64
		for k := range v {
			if keep(k) {
				out = append(out, v[k])
			}
		}
		return out
	}
	if c.Linear != nil {
		linear := c.Linear.pick(keep)
		c.Linear = &linear
	}
	c.X, c.Y, c.Spread, c.Below = of(c.X), of(c.Y), of(c.Spread), of(c.Below)
	return c
}

// finite is a curve without points that have no place.
func finite(c Curve) Curve { return c.pick(c.hasPlace) }

// pieces are those of a curve between points that have no place.
func pieces(c Curve) []Curve {
	var out []Curve
	for from := 0; from < len(c.X); from++ {
		to := from
		for to < len(c.X) && c.hasPlace(to) {
			to++
		}
		if to > from {
			out = append(out, c.between(from, to))
			from = to
		}
	}
	return out
}

// extremes are how far the values that a point stands for are above it and below; all the
// way down where a logarithmic axis has no place for one of them.
func extremes(c Curve, mean []float64) (above, below []float64) {
	n := len(c.Y)
	above, below = make([]float64, mostPoints), make([]float64, mostPoints)
	for i := range mean {
		for k := i * n / mostPoints; k < (i+1)*n/mostPoints; k++ {
			switch v := c.Y[k]; {
			case c.hasPlace(k):
				above[i], below[i] = max(above[i], v-mean[i]), max(below[i], mean[i]-v)
			case c.Linear != nil && isFinite(c.X[k]) && !isFinite(c.Y[k]) && isFinite(c.Linear.Y[k]):
				below[i] = math.Inf(1)
			}
		}
	}
	return above, below
}
