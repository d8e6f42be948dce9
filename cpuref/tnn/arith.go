package tnn

import (
	"math"
	"unsafe"

	"tnn-gpu/host/fmath"
)

// Comparisons instead of the built-in min and max fix what happens to zeros of
// either sign, here and on every device.

func abs[F fmath.Float](x F) F {
	if unsafe.Sizeof(x) == 4 {
		return F(math.Float32frombits(math.Float32bits(float32(x)) &^ (1 << 31)))
	}
	return F(math.Abs(float64(x)))
}

func lesser[F fmath.Float](a, b F) F {
	if a > b {
		return b
	}
	return a
}

func greater[F fmath.Float](a, b F) F {
	if a < b {
		return b
	}
	return a
}

func clamp[F fmath.Float](x, bound F) F {
	return min(max(x, -bound), bound)
}

func floor[F fmath.Float](x F) F { return F(math.Floor(float64(x))) }

// minusBit is 1 where x has a minus sign, else 0.
func minusBit[F fmath.Float](x F) int {
	if unsafe.Sizeof(x) == 4 {
		return int(math.Float32bits(float32(x)) >> 31)
	}
	return int(math.Float64bits(float64(x)) >> 63)
}
