package hopfield

import "math"

// MeltingTemperature is T_M at a load: up to there the replica-symmetric theory of Amit,
// Gutfreund and Sompolinsky has states near stored patterns. It is 1 where the load is 0,
// and 0 above the capacity.
func MeltingTemperature(alpha float64) float64 {
	if capacity, _ := (Retrieval{Keep: 1}).Capacity(); alpha >= capacity {
		return 0
	}
	low, high := 0.0, 1.0
	for high-low > 1e-5 {
		if middle := (low + high) / 2; hottestLoad(middle) >= alpha {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// hottestLoad is the largest load with such states at temperature t: the largest over the
// width of the crosstalk, sqrt(alpha r), which the load follows from.
func hottestLoad(t float64) float64 {
	const golden = 0.6180339887498949
	low, high := 0.0, 1.0
	left, right := high-golden*(high-low), low+golden*(high-low)
	atLeft, atRight := loadOf(left, t), loadOf(right, t)
	for high-low > 1e-6 {
		if atLeft >= atRight {
			high, right, atRight = right, left, atLeft
			left = high - golden*(high-low)
			atLeft = loadOf(left, t)
		} else {
			low, left, atLeft = left, right, atRight
			right = low + golden*(high-low)
			atRight = loadOf(right, t)
		}
	}
	return max(atLeft, atRight)
}

// loadOf is alpha of the width of the crosstalk at temperature t; 0 where a pattern is no
// state at that width. Newton's steps from m = 1 go down to the largest m that is a mean
// of tanh((width z + m)/t), as the mean less m is concave.
func loadOf(width, t float64) float64 {
	m := 1.0
	for range 100 {
		mean, q := meanTanh(m, width, t)
		slope := (1-q)/t - 1
		if slope >= 0 || m < 1e-3 {
			return 0
		}
		step := (mean - m) / slope
		if m -= step; math.Abs(step) < 1e-10 {
			c := 1 - (1-q)/t
			return width * width * c * c / q
		}
	}
	return 0
}

// meanTanh are the means of tanh((width z + m)/t) and its square over a normal deviate z.
func meanTanh(m, width, t float64) (first, second float64) {
	const points, limit = 241, 8.0
	const step = 2 * limit / (points - 1)
	for i := range points {
		z := -limit + float64(i)*step
		w := step * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		th := math.Tanh((width*z + m) / t)
		first += w * th
		second += w * th * th
	}
	return first, second
}
