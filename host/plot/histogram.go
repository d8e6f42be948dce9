package plot

import (
	"math"

	"gonum.org/v1/plot/plotter"

	"tnn-gpu/host/results"
)

// How histograms are shown: their central part, in bins that a reader can tell
// apart.
const (
	tail     = 0.005 // share of the values that is left out at either end
	mostBins = 60
)

// density turns the central part of a histogram into lower edges of bins, with the
// share of all values in the bin per unit, and the upper edge of the last. Bins are
// merged where there are too many.
func density(style Style, h results.Histogram) Curve {
	total := 0.0
	for _, n := range h.Counts {
		total += float64(n)
	}
	first, last := central(h.Counts, total)
	merge := (last-first)/mostBins + 1
	width := float64(merge) * h.Width
	c := Curve{Style: style}
	for i := first; i <= last; i += merge {
		sum := 0.0
		for _, n := range h.Counts[i:min(i+merge, len(h.Counts))] {
			sum += float64(n)
		}
		c.X = append(c.X, h.Lower+float64(float64(i)*h.Width))
		c.Y = append(c.Y, sum/total/width)
	}
	if n := len(c.X); n > 0 {
		c.X, c.Y = append(c.X, c.X[n-1]+width), append(c.Y, 0)
	}
	return c
}

// pool adds up histograms of bins of the same width.
func pool(of []results.Histogram) results.Histogram {
	out := of[0]
	for _, h := range of[1:] {
		out.Lower = min(out.Lower, h.Lower)
	}
	out.Counts = nil
	for _, h := range of {
		at := int(math.Round((h.Lower - out.Lower) / out.Width))
		for i, n := range h.Counts {
			for len(out.Counts) <= at+i {
				out.Counts = append(out.Counts, 0)
			}
			out.Counts[at+i] += n
		}
	}
	return out
}

// central finds the first and the last bin between the tails.
func central(counts []int64, total float64) (first, last int) {
	below := 0.0
	last = len(counts) - 1
	for i, count := range counts {
		n := float64(count)
		if below+n <= tail*total {
			first = i + 1
		}
		below += n
		if below >= (1-tail)*total {
			return first, i
		}
	}
	return first, last
}

// outline turns bins into a line around them, of decimal logarithms. An empty bin,
// which has none, is as high as the lowest of the others.
func outline(bins plotter.XYs) plotter.XYs {
	lowest := math.Inf(1)
	for _, b := range bins {
		if b.Y > 0 {
			lowest = min(lowest, b.Y)
		}
	}
	lowest = math.Log10(lowest)
	out := plotter.XYs{{X: bins[0].X, Y: lowest}}
	for k := range bins[:len(bins)-1] {
		y := max(math.Log10(bins[k].Y), lowest)
		out = append(out, plotter.XY{X: bins[k].X, Y: y}, plotter.XY{X: bins[k+1].X, Y: y})
	}
	return append(out, plotter.XY{X: bins[len(bins)-1].X, Y: lowest})
}
