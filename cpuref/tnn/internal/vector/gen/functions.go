package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// exp is fmath.Exp for x below 88, or 709 in double precision.
func (c *constants) exp(x vec) vec {
	return keep(is(notLess, x, c.real(by(-87., -708)), nil), c.expNormal(x))
}

// expNormal is fmath.Exp where the result is a normal number.
func (c *constants) expNormal(x vec) vec {
	shift := c.real(by(0x1.8p23, 0x1.8p52))
	shifted := add(mul(x, c.real(by(1.44269502, 1.4426950408889634))), shift)
	n := sub(shifted, shift)
	high := sub(x, mul(n, c.real(by(0.693145751953125, 0.69314718036912382))))
	low := mul(n, c.real(by(1.42860677e-06, 1.9082149292705877e-10)))
	r := sub(high, low)
	r2 := mul(r, r)
	q := by(c.series32, c.series64)(r, r2)
	e := add(add(high, sub(mul(r2, q), low)), c.real(1))
	return addInt(e, left(by[uint64](23, 52), shifted))
}

// series32 and series64 are q of fmath.Exp32 and Exp64.
func (c *constants) series32(r, r2 vec) vec {
	q0 := add(mul(r, c.real(0.166665211)), c.real(0.49999994))
	q2 := add(mul(r, c.real(0.00836871471)), c.real(0.041668389))
	return add(q0, mul(r2, add(q2, mul(r2, c.real(0.00138146034)))))
}

func (c *constants) series64(r, r2 vec) vec {
	r4 := mul(r2, r2)
	q0 := add(mul(r, c.real(0.16666666666666413)), c.real(0.50000000000000111))
	q2 := add(mul(r, c.real(0.0083333333334944266)), c.real(0.041666666666530183))
	q4 := add(mul(r, c.real(0.00019841269506626455)), c.real(0.0013888888943621857))
	q6 := add(mul(r, c.real(2.7557586356023903e-06)), c.real(2.4801493108366448e-05))
	q8 := add(mul(r, c.real(2.5000059790150014e-08)), c.real(2.7630244721630621e-07))
	return add(add(q0, mul(r2, q2)), mul(r4, add(add(q4, mul(r2, q6)), mul(r4, q8))))
}

// log is fmath.Log for x >= 0 that are finite.
func (c *constants) log(x vec) vec {
	top := c.word(by[uint64](0x3f3504f3, 0x3fe6a09e667f3bcd)) // the bits of sqrt(1/2)
	bits := subInt(x, top)
	k := c.exponent(bits)
	f := sub(addInt(and(bits, c.word(by[uint64](1<<23-1, 1<<52-1))), top), c.real(1))
	f2 := mul(f, f)
	high := mul(k, c.real(by(0.693145751953125, 0.69314718036912382)))
	sum := add(high, f)
	rest := add(sub(high, sum), f)
	low := by(c.lowLog32, c.lowLog64)(f, f2)
	y := add(sum, add(rest, add(mul(k, c.real(by(1.42860677e-06, 1.9082149292705877e-10))), low)))
	put(is(less, x, c.real(by(0x1p-126, 0x1p-1022)), nil), y, fill(len(x), c.real(math.Inf(-1))))
	return y
}

// lowLog32 and lowLog64 are low of fmath.Log32 and Log64.
func (c *constants) lowLog32(f, f2 vec) vec {
	f4 := mul(f2, f2)
	p0 := add(mul(f, c.real(-0.250008225)), c.real(0.333333313))
	p2 := add(mul(f, c.real(-0.166233271)), c.real(0.200012207))
	p4 := add(mul(f, c.real(-0.131606355)), c.real(0.142018855))
	p6 := add(mul(f, c.real(-0.0763225481)), c.real(0.127608418))
	p := add(add(p0, mul(f2, p2)), mul(f4, add(p4, mul(f2, p6))))
	return sub(mul(mul(f2, f), p), mul(f2, c.real(0.5)))
}

func (c *constants) lowLog64(f, f2 vec) vec {
	s := div(f, add(f, c.real(2)))
	z := mul(s, s)
	z2 := mul(z, z)
	z4 := mul(z2, z2)
	p0 := add(mul(z, c.real(0.39999999999416092)), c.real(0.6666666666666734))
	p2 := add(mul(z, c.real(0.22222198603048654)), c.real(0.28571428742084864))
	p4 := add(mul(z, c.real(0.15314087042661409)), c.real(0.18183562837369671))
	p := add(add(p0, mul(z2, p2)), mul(z4, add(p4, mul(z2, c.real(0.14795600173314405)))))
	half := mul(f2, c.real(0.5))
	return sub(mul(s, add(half, mul(z, p))), half)
}

// exponent is the whole number in the bits above the mantissa, with its sign.
func (c *constants) exponent(bits vec) vec {
	if form.size == 4 {
		return unary(VCVTDQ2PS, with(VPSRAD, 23, bits))
	}
	// Of 64 bits only AVX-512 shifts copies of the sign in, and converts. So the
	// number goes where the mantissa of 2^52 + 2^31 ends, which is taken off.
	number := right(32, with(VPSRAD, 20, bits))
	return sub(xor(number, c.word(0x4330000080000000)), c.real(0x1.000008p52))
}

// cos2pi is fmath.Cos2Pi.
func (c *constants) cos2pi(u vec) vec {
	shift := c.real(by(0x1.8p23, 0x1.8p52))
	shifted := add(mul(u, c.real(4)), shift)
	r := sub(u, mul(sub(shifted, shift), c.real(0.25)))
	h := and(r, c.word(by[uint64](0xffff0000, 0xffffffff00000000)))
	l := sub(r, h)
	z := mul(r, r)
	z2 := mul(z, z)
	s := by(c.sin32, c.sin64)(z, z2)
	s = add(mul(mul(r, z), s), add(mul(r, c.real(by(0.000104252489, 2.4308402026024769e-10))), mul(l, c.real(by(6.2830810546875, 6.2831853069365025)))))
	s = add(mul(h, c.real(by(6.2830810546875, 6.2831853069365025))), s)
	cos := by(c.cos32, c.cos64)(z, z2)
	cos = sub(mul(z, cos), mul(mul(l, add(r, h)), c.real(19.75)))
	a := mul(mul(h, h), c.real(19.75))
	one := fill(len(u), c.real(1))
	w := sub(one, a)
	cos = add(w, add(sub(sub(one, w), a), cos))
	sign := left(by[uint64](30, 62), and(addInt(shifted, c.word(1)), c.word(2)))
	return xor(choose(c.odd(shifted), s, cos), sign)
}

// sin32, sin64, cos32 and cos64 are the polynomials of fmath.Cos2Pi32 and Cos2Pi64.
func (c *constants) sin32(z, z2 vec) vec {
	s0 := sub(mul(z, c.real(81.5937653)), c.real(41.341671))
	return add(s0, mul(z2, c.real(-75.4456024)))
}

func (c *constants) sin64(z, z2 vec) vec {
	s0 := sub(mul(z, c.real(81.605249275965235)), c.real(41.34170224039967))
	s2 := sub(mul(z, c.real(42.058685394141037)), c.real(76.705859707906214))
	s4 := sub(mul(z, c.real(3.7812243154307335)), c.real(15.093822765607902))
	return add(s0, mul(z2, add(s2, mul(z2, s4))))
}

func (c *constants) cos32(z, z2 vec) vec {
	c0 := add(mul(z, c.real(64.9393234)), c.real(0.0107913185))
	c2 := sub(mul(z, c.real(59.229248)), c.real(85.4432373))
	return add(c0, mul(z2, c2))
}

func (c *constants) cos64(z, z2 vec) vec {
	z4 := mul(z2, z2)
	c0 := add(mul(z, c.real(64.939394022667983)), c.real(0.010791197821282955))
	c2 := sub(mul(z, c.real(60.244641329386397)), c.real(85.456817206528285))
	c4 := sub(mul(z, c.real(7.9030915943789726)), c.real(26.426250927378526))
	return add(add(c0, mul(z2, c2)), mul(z4, add(c4, mul(z2, c.real(-1.6968348148042889)))))
}

// odd tells whether the words in the lanes are odd.
func (c *constants) odd(a vec) mask {
	if !form.avx512 {
		return minus(left(by[uint64](31, 63), a))
	}
	odd := make(mask, len(a))
	for i := range odd {
		odd[i] = K()
		by[instruction](VPTESTMD_BCST, VPTESTMQ_BCST)(c.word(1).at, a[i], odd[i])
	}
	return odd
}

// uniform is rng.Uniform. In double precision anything may stand above the word.
func (c *constants) uniform(x vec) vec {
	var whole vec
	if form.size == 4 {
		whole = unary(VCVTDQ2PS, right(9, x))
	} else {
		// The number goes where the mantissa of 2^52 ends.
		whole = sub(or(right(41, left(32, x)), c.real(0x1p52)), c.real(0x1p52))
	}
	return mul(add(whole, c.real(0.5)), c.real(0x1p-23))
}

// normal is rng.Normal.
func (c *constants) normal(x, y vec) vec {
	radius := root(mul(c.log(c.uniform(x)), c.real(-2)))
	return mul(radius, c.cos2pi(c.uniform(y)))
}

// philox is rng.Draw of counter x, with the keys of the rounds at keys; it gives
// the first n words. As the hardware multiplies even words, to 64 bits, in single
// precision even and odd lanes go apart, each with a word in the lower half of 64
// bits and anything in the upper one, as the lanes of double precision have it.
func (c *constants) philox(x [4]vec, keys Mem, n int) []vec {
	lanes := len(x[0])
	if form.size == 4 {
		for w := range x {
			x[w] = append(append(vec{}, x[w]...), right64(32, x[w])...)
		}
	}
	for round := range 10 {
		p := multiply(x[0], c.factor(0xD2511F53))
		q := multiply(x[2], c.factor(0xCD9E8D57))
		x[0], x[1] = mix(q, x[1], keys.Offset(64*round)), q
		x[2], x[3] = mix(p, x[3], keys.Offset(64*round+32)), p
	}
	if form.size == 8 {
		return x[:n]
	}
	return c.interleave(x, lanes, n)
}

// factor is a constant by which pairs of words are multiplied.
func (c *constants) factor(x uint64) each { return c.word(x) }

// interleave merges even and odd lanes, which were computed apart.
func (c *constants) interleave(x [4]vec, lanes, n int) []vec {
	words := make([]vec, n)
	if !form.avx512 {
		for w := range words {
			odd := left64(32, x[w][lanes:])
			words[w] = make(vec, lanes)
			for i := range odd {
				words[w][i] = YMM()
				VPBLENDD(Imm(0xAA), odd[i], x[w][i], words[w][i])
			}
		}
		return words
	}
	bits, k := GP32(), K()
	MOVL(U32(0xAAAA), bits)
	KMOVW(bits, k)
	odd := make(mask, lanes)
	for i := range odd {
		odd[i] = k
	}
	for w := range words {
		words[w] = choose(odd, left64(32, x[w][lanes:]), x[w][:lanes])
	}
	return words
}

// mix combines the upper half of a product, a word and a key by exclusive or.
func mix(product, word vec, key Mem) vec {
	if !form.avx512 {
		return xor(xor(right64(32, product), word), each{key})
	}
	d := right64(32, product)
	for i := range d {
		VPTERNLOGD_BCST(Imm(0x96), key, word[i], d[i])
	}
	return d
}
