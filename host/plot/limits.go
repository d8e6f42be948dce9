package plot

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
)

// errOutside is that of a panel with nothing within the limits that are asked for.
var errOutside = errors.New("nothing is within the limits")

// checkLimits refuses limits in which nothing of any curve is: neither a point, nor a part of
// the line between two.
func (p *Panel) checkLimits() error {
	if p.Limits == [2]*[2]float64{} || p.Bars != nil {
		return nil
	}
	all := plotter.XYs{}
	for _, c := range p.Curves {
		if c.Single {
			return nil // it is drawn across its place
		}
		c = finite(c)
		for k := range c.X {
			from := max(0, k-1)
			if c.Marks && !c.Joined {
				from = k
			}
			begin, end, crosses := clipped(p.Limits[0], c.X[from], c.X[k])
			between := func(of func(int) float64, share float64) float64 { return of(from) + share*(of(k)-of(from)) }
			if crosses && within(p.Limits[1], between(c.low, begin), between(c.low, end), between(c.high, begin), between(c.high, end)) {
				return nil
			}
			all = append(all, plotter.XY{X: c.X[k], Y: c.Y[k]})
		}
	}
	if len(all) == 0 {
		return nil // which other limits do not change
	}
	xmin, xmax, ymin, ymax := plotter.XYRange(all)
	if p.FineDecades || p.Decades {
		xmin, xmax = math.Pow(10, xmin), math.Pow(10, xmax)
	}
	if p.FineDecadesY || p.Bins {
		ymin, ymax = math.Pow(10, ymin), math.Pow(10, ymax)
	}
	return fmt.Errorf("%w: the curves go from %.4g to %.4g on the x axis, and from %.4g to %.4g on the y axis", errOutside, xmin, xmax, ymin, ymax)
}

// within tells whether what reaches from the least to the largest of some values is partly
// within limits; nil for none.
func within(limit *[2]float64, values ...float64) bool {
	return limit == nil || slices.Min(values) <= limit[1] && slices.Max(values) >= limit[0]
}

// clipped is the part of the way from a to b that is within limits, as shares of it, and
// whether there is one.
func clipped(limit *[2]float64, a, b float64) (begin, end float64, crosses bool) {
	switch {
	case !within(limit, a, b):
		return 0, 0, false
	case limit == nil || a == b:
		return 0, 1, true
	}
	at := []float64{(limit[0] - a) / (b - a), (limit[1] - a) / (b - a)}
	return max(0, slices.Min(at)), min(1, slices.Max(at)), true
}
