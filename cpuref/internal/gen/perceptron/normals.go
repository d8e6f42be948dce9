package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/internal/gen/emit"
)

// constants is the table of the constants in use, with eight copies of each.
type constants struct {
	table Mem
	at    map[[8]uint32]Mem
	end   int
}

func newConstants() *constants {
	return &constants{table: GLOBL("constants", attr.RODATA|attr.NOPTR), at: map[[8]uint32]Mem{}}
}

// eight is a number for each of eight lanes.
func (c *constants) eight(of func(lane uint32) uint32) Mem {
	var words [8]uint32
	for lane := range words {
		words[lane] = of(uint32(lane))
	}
	at, known := c.at[words]
	if !known {
		at = c.table.Offset(c.end)
		for lane, w := range words {
			DATA(c.end+4*lane, U32(w))
		}
		c.end += 32
		c.at[words] = at
	}
	return at
}

// each is one number for all lanes.
func (c *constants) each(bits uint32) Mem { return c.eight(func(uint32) uint32 { return bits }) }

func (c *constants) real(x float32) Mem { return c.each(math.Float32bits(x)) }

type vec = reg.VecVirtual

// apply computes a op b. Go's assembler has the operands in reverse.
func apply(op func(...Op), a vec, b Op) vec {
	d := YMM()
	op(b, a, d)
	return d
}

func add(a vec, b Op) vec    { return apply(VADDPS, a, b) }
func sub(a vec, b Op) vec    { return apply(VSUBPS, a, b) }
func mul(a vec, b Op) vec    { return apply(VMULPS, a, b) }
func and(a vec, b Op) vec    { return apply(func(o ...Op) { VPAND(o[0], o[1], o[2]) }, a, b) }
func addInt(a vec, b Op) vec { return apply(VPADDD, a, b) }
func subInt(a vec, b Op) vec { return apply(VPSUBD, a, b) }
func xor(a vec, b Op) vec    { return apply(func(o ...Op) { VPXOR(o[0], o[1], o[2]) }, a, b) }

func loaded(m Mem) vec {
	d := YMM()
	VMOVUPS(m, d)
	return d
}

// by applies an instruction that also takes a number.
func by(op func(...Op), n uint64, a vec) vec {
	d := YMM()
	op(Imm(n), a, d)
	return d
}

func toReal(a vec) vec {
	d := YMM()
	VCVTDQ2PS(a, d)
	return d
}

// log is fmath.Log32 for normal numbers.
func (c *constants) log(x vec) vec {
	const top = 0x3f3504f3 // the bits of sqrt(1/2)
	bits := subInt(x, c.each(top))
	k := toReal(by(VPSRAD, 23, bits))
	f := sub(addInt(and(bits, c.each(1<<23-1)), c.each(top)), c.real(1))
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
	return add(sum, add(rest, add(mul(k, c.real(1.42860677e-06)), low)))
}

// cos2pi is fmath.Cos2Pi32.
func (c *constants) cos2pi(u vec) vec {
	shifted := add(mul(u, c.real(4)), c.real(0x1.8p23))
	r := sub(u, mul(sub(shifted, c.real(0x1.8p23)), c.real(0.25)))
	h := and(r, c.each(0xffff0000))
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
	one := loaded(c.real(1))
	w := sub(one, a)
	cos = add(w, add(sub(sub(one, w), a), cos))
	odd, chosen := by(VPSLLD, 31, shifted), YMM()
	VBLENDVPS(odd, s, cos, chosen)
	sign := by(VPSLLD, 30, and(addInt(shifted, c.each(1)), c.each(2)))
	return xor(chosen, sign)
}

// uniform is rng.Uniform.
func (c *constants) uniform(x vec) vec {
	return mul(add(toReal(by(VPSRLD, 9, x)), c.real(0.5)), c.real(0x1p-23))
}

// normal is rng.Normal.
func (c *constants) normal(x, y vec) vec {
	squared, radius := mul(c.log(c.uniform(x)), c.real(-2)), YMM()
	VSQRTPS(squared, radius)
	return mul(radius, c.cos2pi(c.uniform(y)))
}

// philox is rng.Draw of counters (i, 0, k, purpose), with the keys of the rounds in
// memory. The hardware multiplies even words only, to 64 bits: so even and odd
// lanes are computed apart, each with a word in the lower half of 64 bits. The upper
// half is never looked at.
func (c *constants) philox(i, k, purpose vec, keys Mem) (words [4]vec) {
	zero := YMM()
	VPXOR(zero, zero, zero)
	counter := [4]vec{i, zero, k, purpose}
	var x [4][2]vec
	for w := range x {
		x[w] = [2]vec{counter[w], by(VPSRLQ, 32, counter[w])}
	}
	for round := range 10 {
		key0, key1 := YMM(), YMM()
		VPBROADCASTD(keys.Offset(8*round), key0)
		VPBROADCASTD(keys.Offset(8*round+4), key1)
		for half := range 2 {
			p := apply(VPMULUDQ, x[0][half], c.each(0xD2511F53))
			q := apply(VPMULUDQ, x[2][half], c.each(0xCD9E8D57))
			x[0][half], x[1][half] = xor(xor(by(VPSRLQ, 32, q), x[1][half]), key0), q
			x[2][half], x[3][half] = xor(xor(by(VPSRLQ, 32, p), x[3][half]), key1), p
		}
	}
	for w := range words {
		words[w] = YMM()
		VPBLENDD(Imm(0xAA), by(VPSLLQ, 32, x[w][1]), x[w][0], words[w])
	}
	return words
}

// normals is perceptron.Normals.
func normals(c *constants) {
	emit.Begin("Normals", "func(eta *float32, keys *[20]uint32, purpose, block, step uint32, sixteens int)",
		"Normals draws sixteen normal deviates at a time, from a block of Philox on, whose keys are those of its rounds.")
	eta, keys := emit.Integer("eta"), emit.Integer("keys")
	spread := func(name string) vec {
		word, d := XMM(), YMM()
		VMOVD(Load(Param(name), GP32()), word)
		VPBROADCASTD(word, d)
		return d
	}
	block := addInt(spread("block"), c.eight(func(lane uint32) uint32 { return lane }))
	sixteens := emit.Integer("sixteens")
	emit.Times("sixteen", sixteens, func() {
		x := c.philox(block, spread("step"), spread("purpose"), Mem{Base: keys})
		even, odd := c.normal(x[0], x[1]), c.normal(x[2], x[3])
		// Of each half register, the lower and the upper pairs.
		low, high, first, second := YMM(), YMM(), YMM(), YMM()
		VUNPCKLPS(odd, even, low)
		VUNPCKHPS(odd, even, high)
		VPERM2F128(Imm(0x20), high, low, first)
		VPERM2F128(Imm(0x31), high, low, second)
		VMOVUPS(first, Mem{Base: eta})
		VMOVUPS(second, Mem{Base: eta, Disp: 32})
		VPADDD(c.each(8), block, block)
		ADDQ(Imm(64), eta)
	})
	emit.End()
}
