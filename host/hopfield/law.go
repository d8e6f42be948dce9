package hopfield

import (
	"maps"
	"math"
	"math/bits"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

// An atom is a value that a draw has, with the logarithm of its weight.
type atom struct {
	value     int64
	logWeight float64
}

// A law is what values a draw has, the least one first. Weights need not add up to 1.
type law []atom

// newLaw has values with their weights.
func newLaw(weights map[int64]float64) law {
	var l law
	for _, value := range slices.Sorted(maps.Keys(weights)) {
		if weights[value] > 0 {
			l = append(l, atom{value, math.Log(weights[value])})
		}
	}
	return l
}

// fairSigns is the law of a fair sign.
func fairSigns() law { return newLaw(map[int64]float64{-1: 1, 1: 1}) }

// mostCells of the grid on which laws are convolved, and its width in standard deviations.
const (
	mostCells = 1 << 17
	gridWidth = 24
)

// below is the probability that the sum of independent draws from a law is below a bound
// that is at most its mean: the law convolved with itself, to nine digits however small the
// probability is.
//
// Values are tilted first: weights are multiplied by exp(-tilt share) so that the sum has
// its mean at the bound, where the transform has its digits, and the result is weighted back.
// The grid is that of the values where it has few enough cells. A coarser one, which has five
// digits, shares the weight of a value among the four cells around it, which keeps its first three
// moments.
func (l law) below(draws int, bound int64) float64 {
	room := bound - int64(draws)*l[0].value // of the sum above its least value
	if room <= 0 {
		return 0
	}
	span := float64(l[len(l)-1].value - l[0].value)
	tilt := l.tilt(float64(room) / float64(draws) / span)
	weights, logSum, spread := l.tilted(tilt)
	spread *= span * math.Sqrt(float64(draws))
	step := float64(l.spacing())
	top := (room - 1) / l.spacing() // the last cell below the bound
	cells := min(2*float64(draws)*span, gridWidth*spread)/step + 2
	if cells > mostCells {
		// What is below the bound ends in the middle between two cells of either grid.
		cells = mostCells
		edge := (float64(top) + 0.5) * step
		top = int64(edge / (gridWidth * spread) * cells)
		step = edge / (float64(top) + 0.5)
	}
	size := 1 << bits.Len(uint(cells))
	grid := l.grid(weights, step, size)
	transform := fourier.NewFFT(size)
	coefficients := transform.Coefficients(nil, grid)
	for i, c := range coefficients {
		coefficients[i] = cmplx.Pow(c, complex(float64(draws), 0))
	}
	sums := transform.Sequence(grid, coefficients)
	p := 0.0
	for back := int64(0); back <= top && back < int64(size/2); back++ {
		p += sums[(top-back)%int64(size)] / float64(size) * math.Exp(-tilt*float64(back)*step/span)
	}
	return max(0, p) * math.Exp(float64(draws)*logSum+tilt*float64(top)*step/span)
}

// tilted are the weights of a law with a tilt, which add up to 1; the logarithm of what they
// were divided by, relative to that of no tilt; and the standard deviation of a draw, whose
// values go from 0 to 1.
func (l law) tilted(tilt float64) (weights []float64, logSum, spread float64) {
	weights = make([]float64, len(l))
	sum := func(tilt float64) float64 {
		top := math.Inf(-1)
		for k, a := range l {
			weights[k] = a.logWeight - tilt*l.share(k)
			top = max(top, weights[k])
		}
		sum := 0.0
		for k, w := range weights {
			weights[k] = math.Exp(w - top)
			sum += weights[k]
		}
		return top + math.Log(sum)
	}
	plain := sum(0)
	all := sum(tilt)
	total, mean, square := 0.0, 0.0, 0.0
	for k, w := range weights {
		total += w
		mean += w * l.share(k)
	}
	mean /= total
	for k := range weights {
		weights[k] /= total
		d := l.share(k) - mean
		square += weights[k] * d * d
	}
	return weights, all - plain, math.Sqrt(square)
}

// share is where a value lies between the least and the largest, from 0 to 1.
func (l law) share(k int) float64 {
	return float64(l[k].value-l[0].value) / float64(l[len(l)-1].value-l[0].value)
}

// tilt is the one with which a draw has a mean, or 0 where its mean is less.
func (l law) tilt(mean float64) float64 {
	of := func(tilt float64) float64 {
		weights, _, _ := l.tilted(tilt)
		sum := 0.0
		for k, w := range weights {
			sum += w * l.share(k)
		}
		return sum
	}
	if of(0) <= mean {
		return 0
	}
	low, high := 0.0, 1.0
	for of(high) > mean {
		low, high = high, 2*high
	}
	for range 50 {
		if middle := (low + high) / 2; of(middle) > mean {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// spacing is the largest number of which all differences of values are multiples.
func (l law) spacing() int64 {
	common := int64(0)
	for _, a := range l {
		for rest := a.value - l[0].value; rest != 0; {
			common, rest = rest, common%rest
		}
	}
	return common
}

// grid has the weights in cells of a width, the first one at the least value, round a circle.
func (l law) grid(weights []float64, step float64, size int) []float64 {
	grid := make([]float64, size)
	for k, w := range weights {
		place := float64(l[k].value-l[0].value) / step
		cell := math.Floor(place)
		f, at := place-cell, int64(cell)+int64(size)
		grid[(at-1)%int64(size)] -= w * f * (f - 1) * (f - 2) / 6
		grid[at%int64(size)] += w * (f*f - 1) * (f - 2) / 2
		grid[(at+1)%int64(size)] -= w * f * (f + 1) * (f - 2) / 2
		grid[(at+2)%int64(size)] += w * f * (f*f - 1) / 6
	}
	return grid
}

// logChoose is the logarithm of the number of ways to choose k of n.
func logChoose(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	chosen, _ := math.Lgamma(float64(k + 1))
	rest, _ := math.Lgamma(float64(n - k + 1))
	return all - chosen - rest
}
