package fmath

import "math"

// Exp32 is Exp in single precision: e^x = 2^n e^r with n the integer next to
// x/ln 2, so |r| <= ln(2)/2, and e^r = 1 + r + r^2 q(r).
func Exp32(x float32) float32 {
	// Adding 1.5 2^23 leaves n in the low bits of the sum.
	const shift = 0x1.8p23
	shifted := float32(x*1.44269502) + shift
	n := shifted - shift
	// ln 2 in two parts: the first has 16 bits, so high is exact.
	high := x - float32(n*0.693145751953125)
	low := float32(n * 1.42860677e-06)
	r := high - low
	r2 := float32(r * r)
	q0 := float32(r*0.166665211) + 0.49999994
	q2 := float32(r*0.00836871471) + 0.041668389
	q := q0 + float32(r2*(q2+float32(r2*0.00138146034)))
	e := 1 + (high + (float32(r2*q) - low))
	y := math.Float32frombits(math.Float32bits(e) + math.Float32bits(shifted)<<23)
	if x < -87 {
		y = 0
	}
	if x > 88.72283 {
		y = float32(math.Inf(1))
	}
	if x != x {
		y = x
	}
	return y
}

// Exp64 is Exp in double precision; see Exp32.
func Exp64(x float64) float64 {
	const shift = 0x1.8p52
	shifted := float64(x*1.4426950408889634) + shift
	n := shifted - shift
	high := x - float64(n*0.69314718036912382)
	low := float64(n * 1.9082149292705877e-10)
	r := high - low
	r2 := float64(r * r)
	r4 := float64(r2 * r2)
	q0 := float64(r*0.16666666666666413) + 0.50000000000000111
	q2 := float64(r*0.0083333333334944266) + 0.041666666666530183
	q4 := float64(r*0.00019841269506626455) + 0.0013888888943621857
	q6 := float64(r*2.7557586356023903e-06) + 2.4801493108366448e-05
	q8 := float64(r*2.5000059790150014e-08) + 2.7630244721630621e-07
	q := (q0 + float64(r2*q2)) + float64(r4*((q4+float64(r2*q6))+float64(r4*q8)))
	e := 1 + (high + (float64(r2*q) - low))
	y := math.Float64frombits(math.Float64bits(e) + math.Float64bits(shifted)<<52)
	if x < -708 {
		y = 0
	}
	if x > 709.782712893384 {
		y = math.Inf(1)
	}
	if x != x {
		y = x
	}
	return y
}
