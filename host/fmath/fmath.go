// Package fmath holds the elementary functions that every backend computes with
// the same bits. They use only + - * /, square root, comparisons and integer
// operations, each rounded on its own (a product that meets a sum is wrapped in
// a conversion, because Go may fuse the two otherwise), and the float32 forms
// use float32 alone. Section 3 of kernels.cl repeats them line by line.
//
// The polynomials are minimax fits of our own; gen prints them. None of the
// functions relies on subnormal numbers, which devices may flush to zero.
package fmath

import (
	"math"
	"unsafe"
)

// Float is the arithmetic of a run: single or double precision.
type Float interface{ float32 | float64 }

// single tells whether F is float32: a constant in each instance, so that the
// other branch is not even compiled. What a generic form costs over the direct
// one is a call, about half a nanosecond.
func single[F Float]() bool {
	var zero F
	return unsafe.Sizeof(zero) == 4
}

// Exp is e^x to within 1 ulp. Where the result would be tiny (x < -87 in
// float32, x < -708 in float64) it is exactly 0; it overflows to +Inf; NaN
// stays NaN. Device twin: r_exp.
func Exp[F Float](x F) F {
	if single[F]() {
		return F(Exp32(float32(x)))
	}
	return F(Exp64(float64(x)))
}

// Log is the natural logarithm of x to within 1 ulp. Zero and subnormal numbers
// give -Inf, negative numbers and NaN give NaN. Device twin: r_log.
func Log[F Float](x F) F {
	if single[F]() {
		return F(Log32(float32(x)))
	}
	return F(Log64(float64(x)))
}

// Cos2Pi is cos(2 pi u) to within 1 ulp, for 0 <= u <= 1. Device twin: r_cos2pi.
func Cos2Pi[F Float](u F) F {
	if single[F]() {
		return F(Cos2Pi32(float32(u)))
	}
	return F(Cos2Pi64(float64(u)))
}

// Sqrt is the square root of x, correctly rounded. Device twin: r_sqrt.
func Sqrt[F Float](x F) F {
	return F(math.Sqrt(float64(x)))
}

// head is x without the lower half of its significand, so that products of two
// heads are exact. Device twin: r_head.
func head[F Float](x F) F {
	if single[F]() {
		return F(head32(float32(x)))
	}
	return F(head64(float64(x)))
}

func head32(x float32) float32 {
	return math.Float32frombits(math.Float32bits(x) &^ (1<<12 - 1))
}

func head64(x float64) float64 {
	return math.Float64frombits(math.Float64bits(x) &^ (1<<27 - 1))
}
