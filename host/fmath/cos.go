package fmath

import "math"

// Cos2Pi32 is Cos2Pi in single precision. u = k/4 + r with |r| <= 1/8, both
// exact; then cos(2 pi u) is cos, -sin, -cos or sin of 2 pi r. Both are
// computed, sin(2 pi r) = 2 pi r + r^3 s(r^2) and
// cos(2 pi r) = 1 - 19.75 r^2 + r^2 c(r^2), and one is taken. The large terms
// are kept exact: h is the first 8 bits of r, 19.75 has 7 bits, and 2 pi is in
// two parts, the first of 16 bits; l = r - h brings the rest.
func Cos2Pi32(u float32) float32 {
	const shift = 0x1.8p23
	shifted := float32(u*4) + shift
	k := math.Float32bits(shifted)
	r := u - float32((shifted-shift)*0.25)
	h := math.Float32frombits(math.Float32bits(r) &^ (1<<16 - 1))
	l := r - h
	z := float32(r * r)
	z2 := float32(z * z)
	s0 := float32(z*81.5937653) - 41.341671
	s := s0 + float32(z2*-75.4456024)
	s = float32(float32(r*z)*s) + (float32(r*0.000104252489) + float32(l*6.2830810546875))
	s = float32(h*6.2830810546875) + s
	c0 := float32(z*64.9393234) + 0.0107913185
	c2 := float32(z*59.229248) - 85.4432373
	c := c0 + float32(z2*c2)
	c = float32(z*c) - float32(float32(l*(r+h))*19.75)
	a := float32(float32(h*h) * 19.75)
	w := 1 - a
	c = w + (((1 - w) - a) + c)
	bits := math.Float32bits(c)
	if k&1 != 0 {
		bits = math.Float32bits(s)
	}
	return math.Float32frombits(bits ^ (k+1)&2<<30)
}

// Cos2Pi64 is Cos2Pi in double precision; see Cos2Pi32. Here h has 21 bits and
// the first part of 2 pi 32.
func Cos2Pi64(u float64) float64 {
	const shift = 0x1.8p52
	shifted := float64(u*4) + shift
	k := math.Float64bits(shifted)
	r := u - float64((shifted-shift)*0.25)
	h := math.Float64frombits(math.Float64bits(r) &^ (1<<32 - 1))
	l := r - h
	z := float64(r * r)
	z2 := float64(z * z)
	z4 := float64(z2 * z2)
	s0 := float64(z*81.605249275965235) - 41.34170224039967
	s2 := float64(z*42.058685394141037) - 76.705859707906214
	s4 := float64(z*3.7812243154307335) - 15.093822765607902
	s := s0 + float64(z2*(s2+float64(z2*s4)))
	s = float64(float64(r*z)*s) + (float64(r*2.4308402026024769e-10) + float64(l*6.2831853069365025))
	s = float64(h*6.2831853069365025) + s
	c0 := float64(z*64.939394022667983) + 0.010791197821282955
	c2 := float64(z*60.244641329386397) - 85.456817206528285
	c4 := float64(z*7.9030915943789726) - 26.426250927378526
	c := (c0 + float64(z2*c2)) + float64(z4*(c4+float64(z2*-1.6968348148042889)))
	c = float64(z*c) - float64(float64(l*(r+h))*19.75)
	a := float64(float64(h*h) * 19.75)
	w := 1 - a
	c = w + (((1 - w) - a) + c)
	bits := math.Float64bits(c)
	if k&1 != 0 {
		bits = math.Float64bits(s)
	}
	return math.Float64frombits(bits ^ (k+1)&2<<62)
}
