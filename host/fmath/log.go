package fmath

import "math"

// Log32 is Log in single precision: ln x = k ln 2 + ln(1+f) with 1+f between
// sqrt(1/2) and sqrt(2), and ln(1+f) = f - f^2/2 + f^3 p(f).
func Log32(x float32) float32 {
	const root = 0x3f3504f3 // the bits of sqrt(1/2)
	bits := math.Float32bits(x) - root
	k := float32(int32(bits) >> 23)
	f := math.Float32frombits(bits&(1<<23-1)+root) - 1
	f2 := float32(f * f)
	f4 := float32(f2 * f2)
	p0 := float32(f*-0.250008225) + 0.333333313
	p2 := float32(f*-0.166233271) + 0.200012207
	p4 := float32(f*-0.131606355) + 0.142018855
	p6 := float32(f*-0.0763225481) + 0.127608418
	p := (p0 + float32(f2*p2)) + float32(f4*(p4+float32(f2*p6)))
	// The first part of ln 2 has 16 bits, so high is exact, and rest is what
	// the sum high + f lost (it is 0 for k = 0).
	high := float32(k * 0.693145751953125)
	sum := high + f
	rest := (high - sum) + f
	low := float32(float32(f2*f)*p) - float32(f2*0.5)
	y := sum + (rest + (float32(k*1.42860677e-06) + low))
	if x < 0x1p-126 {
		y = float32(math.Inf(-1))
	}
	if x > math.MaxFloat32 || x != x {
		y = x
	}
	if x < 0 {
		y = float32(math.NaN())
	}
	return y
}

// Log64 is Log in double precision; see Log32. Here ln(1+f) = 2 atanh(s) with
// s = f/(2+f), which is f - f^2/2 + s (f^2/2 + s^2 p(s^2)).
func Log64(x float64) float64 {
	const root = 0x3fe6a09e667f3bcd // the bits of sqrt(1/2)
	bits := math.Float64bits(x) - root
	k := float64(int64(bits) >> 52)
	f := math.Float64frombits(bits&(1<<52-1)+root) - 1
	s := f / (2 + f)
	z := float64(s * s)
	z2 := float64(z * z)
	z4 := float64(z2 * z2)
	p0 := float64(z*0.39999999999416092) + 0.6666666666666734
	p2 := float64(z*0.22222198603048654) + 0.28571428742084864
	p4 := float64(z*0.15314087042661409) + 0.18183562837369671
	p := (p0 + float64(z2*p2)) + float64(z4*(p4+float64(z2*0.14795600173314405)))
	half := float64(float64(f*f) * 0.5)
	high := float64(k * 0.69314718036912382)
	sum := high + f
	rest := (high - sum) + f
	low := float64(s*(half+float64(z*p))) - half
	y := sum + (rest + (float64(k*1.9082149292705877e-10) + low))
	if x < 0x1p-1022 {
		y = math.Inf(-1)
	}
	if x > math.MaxFloat64 || x != x {
		y = x
	}
	if x < 0 {
		y = math.NaN()
	}
	return y
}
