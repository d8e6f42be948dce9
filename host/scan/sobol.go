package scan

import (
	"math"

	"tnn-gpu/host/rng"
)

// joeKuo are the polynomials and first direction numbers of axes 2 to 16 (S. Joe and
// F. Y. Kuo, SIAM J. Sci. Comput. 30, 2635, 2008; their set D6): the coefficients of
// the polynomial between its first and its last, and the odd numbers m.
var joeKuo = [...]struct {
	coefficients uint32
	m            []uint32
}{
	{0, []uint32{1}},
	{1, []uint32{1, 3}},
	{1, []uint32{1, 3, 1}},
	{2, []uint32{1, 1, 1}},
	{1, []uint32{1, 1, 3, 3}},
	{4, []uint32{1, 3, 5, 13}},
	{2, []uint32{1, 1, 5, 5, 17}},
	{4, []uint32{1, 1, 5, 5, 5}},
	{7, []uint32{1, 1, 7, 11, 19}},
	{11, []uint32{1, 1, 5, 1, 1}},
	{13, []uint32{1, 1, 1, 3, 11}},
	{14, []uint32{1, 3, 5, 5, 31}},
	{1, []uint32{1, 3, 3, 9, 7, 49}},
	{13, []uint32{1, 1, 1, 15, 21, 21}},
	{16, []uint32{1, 3, 1, 13, 27, 49}},
}

// directions of an axis: word k belongs to bit k of a point's Gray code.
func directions(axis int) (v [32]uint32) {
	if axis == 0 {
		for k := range v {
			v[k] = 1 << (31 - k)
		}
		return v
	}
	p := joeKuo[axis-1]
	s := len(p.m)
	for k := range v {
		if k < s {
			v[k] = p.m[k] << (31 - k)
			continue
		}
		v[k] = v[k-s] ^ v[k-s]>>s
		for i := 1; i < s; i++ {
			if p.coefficients>>(s-1-i)&1 == 1 {
				v[k] ^= v[k-i]
			}
		}
	}
	return v
}

// sobolPlace gives the places of points along an axis, in (0, 1): Sobol's sequence
// with a digital shift that follows from the seed.
func sobolPlace(axis int) func(seed uint64, point, axis int) float64 {
	v := directions(axis)
	return func(seed uint64, point, axis int) float64 {
		shift, _, _, _ := rng.Draw(math.MaxUint32, uint32(axis), 0, rng.ScanPoint, rng.Key(seed))
		x := shift
		for k, gray := 0, uint32(point)^uint32(point)>>1; gray != 0; k, gray = k+1, gray>>1 {
			if gray&1 == 1 {
				x ^= v[k]
			}
		}
		return (float64(x) + 0.5) * 0x1p-32
	}
}
