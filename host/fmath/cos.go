package fmath

import "math"

// Cos2Pi32 is Cos2Pi in single precision. u = k/4 + r with |r| <= 1/8, both
// exact; then cos(2 pi u) is cos, -sin, -cos or sin of 2 pi r. Both are
// computed, sin(2 pi r) = 2 pi r + r^3 s(r^2) and cos(2 pi r) = 1 + r^2 c(r^2),
// and one is taken.
func Cos2Pi32(u float32) float32 {
	const shift = 0x1.8p23
	shifted := float32(u*4) + shift
	k := math.Float32bits(shifted)
	r := u - float32((shifted-shift)*0.25)
	z := float32(r * r)
	s := float32(-75.4456024*z) + 81.5937653
	s = float32(s*z) - 41.341671
	// 2 pi in two parts, the first of 12 bits: its product with h is exact.
	h := head32(r)
	s = float32(float32(r*z)*s) + (float32(r*0.00193530717) + float32((r-h)*6.28125))
	s = float32(h*6.28125) + s
	c := float32(59.229248*z) - 85.4432373
	c = float32(c*z) + 64.9393234
	c = float32(c*z) - 19.7392082
	c = 1 + float32(z*c)
	bits := math.Float32bits(c)
	if k&1 != 0 {
		bits = math.Float32bits(s)
	}
	return math.Float32frombits(bits ^ (k+1)&2<<30)
}

// Cos2Pi64 is Cos2Pi in double precision; see Cos2Pi32.
func Cos2Pi64(u float64) float64 {
	const shift = 0x1.8p52
	shifted := float64(u*4) + shift
	k := math.Float64bits(shifted)
	r := u - float64((shifted-shift)*0.25)
	z := float64(r * r)
	s := float64(3.7812243154307335*z) - 15.093822765607902
	s = float64(s*z) + 42.058685394141037
	s = float64(s*z) - 76.705859707906214
	s = float64(s*z) + 81.605249275965235
	s = float64(s*z) - 41.34170224039967
	h := head64(r)
	s = float64(float64(r*z)*s) + (float64(r*6.357301909411278e-08) + float64((r-h)*6.283185243606567))
	s = float64(h*6.283185243606567) + s
	c := float64(-1.6968348148042889*z) + 7.9030915943789726
	c = float64(c*z) - 26.426250927378526
	c = float64(c*z) + 60.244641329386397
	c = float64(c*z) - 85.456817206528285
	c = float64(c*z) + 64.939394022667983
	c = float64(c*z) - 19.739208802178716
	c = 1 + float64(z*c)
	bits := math.Float64bits(c)
	if k&1 != 0 {
		bits = math.Float64bits(s)
	}
	return math.Float64frombits(bits ^ (k+1)&2<<62)
}
