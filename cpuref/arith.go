package cpuref

import (
	"math"

	"tnn-gpu/host/fmath"
)

// Comparisons instead of the built-in min and max fix what happens to zeros of
// either sign, here and on every device.

func abs[F fmath.Float](x F) F {
	if x < 0 {
		return -x
	}
	return x
}

func clamp[F fmath.Float](x, bound F) F {
	if x > bound {
		return bound
	}
	if x < -bound {
		return -bound
	}
	return x
}

func floor[F fmath.Float](x F) F { return F(math.Floor(float64(x))) }

func signbit[F fmath.Float](x F) bool { return math.Signbit(float64(x)) }
