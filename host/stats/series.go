package stats

import (
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Series is the mean of a stationary series, whose values depend on those before
// them: its variance is 2 tau / n times that of a value, with tau the integrated
// autocorrelation time.
func Series(values []float64) Estimate {
	e := Mean(values)
	e.Error = math.NaN()
	if tau := AutocorrelationTime(values); !math.IsNaN(tau) {
		n := float64(e.N)
		e.Error = math.Sqrt(2 * tau * squares(values, e.Mean) / n / n)
	}
	return e
}

const (
	// window is the number of autocorrelation times over which correlations are
	// added up: further out they are noise.
	window = 5
	// least is the number of independent values that a series must be worth for its
	// error to be believed.
	least = 10
	// transformFrom is the distance from which on covariances come of Fourier transforms: pair
	// by pair those of all distances take as many sums as a series has values.
	transformFrom = 256
)

// AutocorrelationTime is the integrated autocorrelation time of a stationary series, in units
// of its spacing: 1/2 + the sum of the correlations at distances 1, 2, ..., up to the first
// distance that is 5 such times (Wolff, hep-lat/0306017, with Sokal's window), and on from there
// in pairs of distances, as long as a pair's sum rises above the noise. Of these each counts at
// most as much as the one before (Geyer, Statist. Sci. 7 (1992) 473, section 3.3). So slow tails
// of small weight are in it. Independent values have 1/2. Series that alternate, whose mean is
// known better than that, have about 1/2 too. It is NaN where the series is too short to tell:
// shorter than 20 such times.
func AutocorrelationTime(values []float64) float64 {
	return Time([][]float64{values})
}

// Time is the integrated autocorrelation time of several series of one law, in units of
// their spacing: AutocorrelationTime, with correlations taken together about the mean of
// all.
func Time(series [][]float64) float64 {
	all := slices.Concat(series...)
	if len(all) < 2 {
		return math.NaN()
	}
	if slices.Min(all) == slices.Max(all) {
		return 0.5
	}
	n, mean := float64(len(all)), Mean(all).Mean
	tau := timeOf(shortest(series), n, correlations(series, mean, squares(all, mean)/n))
	if n < least*2*tau {
		return math.NaN()
	}
	return tau
}

// timeOf is the integrated autocorrelation time of n values with these correlations, which are
// known of distances below an end; NaN where that comes too soon.
func timeOf(end int, n float64, correlation func(distance int) float64) float64 {
	tau, squared, distance := 0.5, 1.0, 1
	add := func(correlation float64) {
		tau += correlation
		squared += 2 * float64(correlation*correlation)
	}
	for ; ; distance++ {
		if distance >= end {
			return math.NaN()
		}
		if add(correlation(distance)); float64(distance) >= window*tau {
			break
		}
	}
	for before := math.Inf(1); distance+2 < end; distance += 2 {
		pair := correlation(distance+1) + correlation(distance+2)
		// At most its standard deviation where nothing is correlated any more (Bartlett,
		// Suppl. J. R. Statist. Soc. 8 (1946) 27).
		if pair <= math.Sqrt(4*squared/n) {
			break
		}
		before = min(before, pair)
		add(before / 2)
		add(before / 2)
	}
	// The mean is that of the series itself, which makes every correlation smaller (Wolff,
	// equation 49).
	return max(0.5, tau*(1+float64(2*distance+1)/n))
}

// correlations are those of series at distances that are asked for in ascending order.
func correlations(series [][]float64, mean, variance float64) func(distance int) float64 {
	var far []float64
	return func(distance int) float64 {
		if distance < transformFrom {
			return covariance(series, mean, distance) / variance
		}
		if far == nil {
			far = covariances(series, mean)
		}
		return far[distance] / variance
	}
}

func shortest(series [][]float64) int {
	n := math.MaxInt
	for _, s := range series {
		n = min(n, len(s))
	}
	return n
}

// covariance of values at a distance.
func covariance(series [][]float64, mean float64, distance int) float64 {
	sum, pairs := 0.0, 0
	for _, values := range series {
		for i, v := range values[distance:] {
			sum += float64((v - mean) * (values[i] - mean))
		}
		pairs += len(values) - distance
	}
	return sum / float64(pairs)
}

// covariances of values at all distances below the length of the shortest series, by the
// Fourier transforms of series with as many zeros behind them (Wiener and Khinchin). They
// are those of covariance but for rounding, which may differ between architectures: the
// library's multiplications and additions may be fused.
func covariances(series [][]float64, mean float64) []float64 {
	out := make([]float64, shortest(series))
	pairs := 0
	for _, values := range series {
		length := 1 << bits.Len(uint(2*len(values)-1)) // a power of 2 is fastest
		about := make([]float64, length)
		for i, v := range values {
			about[i] = v - mean
		}
		transform := fourier.NewFFT(length)
		power := transform.Coefficients(nil, about)
		for i, c := range power {
			power[i] = complex(float64(real(c)*real(c))+float64(imag(c)*imag(c)), 0)
		}
		for distance, sum := range transform.Sequence(about, power)[:len(out)] {
			out[distance] += sum / float64(length)
		}
		pairs += len(values)
	}
	for distance := range out {
		out[distance] /= float64(pairs - distance*len(series))
	}
	return out
}
