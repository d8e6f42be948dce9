package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// exp is fmath.Exp32 for x <= 88.
func (c *constants) exp(x vec) vec {
	return keep(is(notLess, x, c.real(-87), nil), c.expNormal(x))
}

// expNormal is fmath.Exp32 where the result is a normal number.
func (c *constants) expNormal(x vec) vec {
	shifted := add(mul(x, c.real(1.44269502)), c.real(0x1.8p23))
	n := sub(shifted, c.real(0x1.8p23))
	high := sub(x, mul(n, c.real(0.693145751953125)))
	low := mul(n, c.real(1.42860677e-06))
	r := sub(high, low)
	r2 := mul(r, r)
	q0 := add(mul(r, c.real(0.166665211)), c.real(0.49999994))
	q2 := add(mul(r, c.real(0.00836871471)), c.real(0.041668389))
	q := add(q0, mul(r2, add(q2, mul(r2, c.real(0.00138146034)))))
	e := add(add(high, sub(mul(r2, q), low)), c.real(1))
	return addInt(e, left(23, shifted))
}

// log is fmath.Log32 for x >= 0 that are finite.
func (c *constants) log(x vec) vec {
	const top = 0x3f3504f3 // the bits of sqrt(1/2)
	bits := subInt(x, c.bits(top))
	k := toReal(by(VPSRAD, 23, bits))
	f := sub(addInt(and(bits, c.bits(1<<23-1)), c.bits(top)), c.real(1))
	f2 := mul(f, f)
	f4 := mul(f2, f2)
	p0 := add(mul(f, c.real(-0.250008225)), c.real(0.333333313))
	p2 := add(mul(f, c.real(-0.166233271)), c.real(0.200012207))
	p4 := add(mul(f, c.real(-0.131606355)), c.real(0.142018855))
	p6 := add(mul(f, c.real(-0.0763225481)), c.real(0.127608418))
	p := add(add(p0, mul(f2, p2)), mul(f4, add(p4, mul(f2, p6))))
	high := mul(k, c.real(0.693145751953125))
	sum := add(high, f)
	rest := add(sub(high, sum), f)
	low := sub(mul(mul(f2, f), p), mul(f2, c.real(0.5)))
	y := add(sum, add(rest, add(mul(k, c.real(1.42860677e-06)), low)))
	put(is(less, x, c.real(0x1p-126), nil), y, fill(len(x), c.real(float32(math.Inf(-1)))))
	return y
}

// cos2pi is fmath.Cos2Pi32.
func (c *constants) cos2pi(u vec) vec {
	shifted := add(mul(u, c.real(4)), c.real(0x1.8p23))
	r := sub(u, mul(sub(shifted, c.real(0x1.8p23)), c.real(0.25)))
	h := and(r, c.bits(0xffff0000))
	l := sub(r, h)
	z := mul(r, r)
	z2 := mul(z, z)
	s0 := sub(mul(z, c.real(81.5937653)), c.real(41.341671))
	s := add(s0, mul(z2, c.real(-75.4456024)))
	s = add(mul(mul(r, z), s), add(mul(r, c.real(0.000104252489)), mul(l, c.real(6.2830810546875))))
	s = add(mul(h, c.real(6.2830810546875)), s)
	c0 := add(mul(z, c.real(64.9393234)), c.real(0.0107913185))
	c2 := sub(mul(z, c.real(59.229248)), c.real(85.4432373))
	cos := add(c0, mul(z2, c2))
	cos = sub(mul(z, cos), mul(mul(l, add(r, h)), c.real(19.75)))
	a := mul(mul(h, h), c.real(19.75))
	one := fill(len(u), c.real(1))
	w := sub(one, a)
	cos = add(w, add(sub(sub(one, w), a), cos))
	odd := make(mask, len(u))
	for i := range odd {
		odd[i] = K()
		VPTESTMD_BCST(c.bits(1).at, shifted[i], odd[i])
	}
	sign := left(30, and(addInt(shifted, c.bits(1)), c.bits(2)))
	return xor(choose(odd, s, cos), sign)
}

// uniform is rng.Uniform.
func (c *constants) uniform(x vec) vec {
	return mul(add(toReal(right(9, x)), c.real(0.5)), c.real(0x1p-23))
}

// normal is rng.Normal.
func (c *constants) normal(x, y vec) vec {
	radius := root(mul(c.log(c.uniform(x)), c.real(-2)))
	return mul(radius, c.cos2pi(c.uniform(y)))
}

// philox is rng.Draw of counter x, with the keys of the rounds at keys; it gives
// the first n words. As the hardware multiplies even words, to 64 bits, even and
// odd lanes go apart, each with a word in the lower half of 64 bits and anything
// in the upper one.
func (c *constants) philox(x [4]vec, keys Mem, n int) []vec {
	lanes := len(x[0])
	for w := range x {
		x[w] = append(append(vec{}, x[w]...), by(VPSRLQ, 32, x[w])...)
	}
	for round := range 10 {
		p := multiply(x[0], c.bits(0xD2511F53))
		q := multiply(x[2], c.bits(0xCD9E8D57))
		x[0], x[1] = c.mix(q, x[1], keys.Offset(8*round)), q
		x[2], x[3] = c.mix(p, x[3], keys.Offset(8*round+4)), p
	}
	odd := make(mask, lanes)
	bits := GP32()
	MOVL(U32(0xAAAA), bits)
	KMOVW(bits, first(odd))
	for i := range odd {
		odd[i] = odd[0]
	}
	words := make([]vec, n)
	for w := range words {
		words[w] = choose(odd, by(VPSLLQ, 32, x[w][lanes:]), x[w][:lanes])
	}
	return words
}

// first makes the first register of a mask.
func first(m mask) reg.OpmaskVirtual {
	m[0] = K()
	return m[0]
}

// mix is the upper half of a product, exclusive-or a word and a key.
func (c *constants) mix(product, word vec, key Mem) vec {
	d := by(VPSRLQ, 32, product)
	for i := range d {
		VPTERNLOGD_BCST(Imm(0x96), key, word[i], d[i])
	}
	return d
}
