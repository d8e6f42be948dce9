package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/tnn/internal/vector"
)

func charge2019(c *constants) {
	g := begin(c, "Charge2019", "charges tentatively and finds the depths, in a visit of hylton2019.")
	g.eachPart(1, "charge", func() {
		g.fetch(g.nodes(), unsafe.Offsetof(network.State), unsafe.Offsetof(network.Offered))
		q, m := g.chargePart(g.holdCharges)
		size := g.size()
		g.depths(
			and(add(mul(q[plusPlus], m[minusMinus]), mul(q[minusMinus], m[plusPlus])), size),
			and(add(mul(q[plusMinus], m[minusPlus]), mul(q[minusPlus], m[plusMinus])), size))
	})
	end()
}

// holdCharges sums what all compartments hold with the input, as gather of the Go form.
// Where there is no half-edge the weight is zero, and so are charges.
func (g *stage) holdCharges(at, s reg.Register, there mask, v, w vec, q, m *[compartments]vec) {
	told := g.label("told")
	g.flag(unsafe.Offsetof(sweep.Adapting))
	JE(LabelRef(told))
	g.tell(s, v, w)
	Label(told)
	up, down := g.stays(at, w)
	q0 := loadWhere(up, g.array(unsafe.Offsetof(network.Charge0), at))
	q1 := loadWhere(down, g.array(unsafe.Offsetof(network.Charge1), at))
	in, size := mul(v, w), and(w, g.size())
	put(is(greater, in, zero(1), nil), q0, least(size, add(q0, in)))
	put(is(less, in, zero(1), nil), q1, most(or(size, g.sign()), add(q1, in)))
	below := minus(w)
	for _, of := range []struct {
		charge    vec
		up, under int // its compartment where the weight is positive, where it is negative
	}{{q0, plusPlus, plusMinus}, {q1, minusPlus, minusMinus}} {
		increase(q[of.up], drop(below, of.charge))
		increase(q[of.under], keep(below, of.charge))
		weight := keep(is(notEqual, of.charge, zero(1), nil), w)
		increase(m[of.up], most(weight, zero(1)))
		increase(m[of.under], least(weight, zero(1)))
	}
}

// stays finds the lanes whose stored charges belong to compartments of the present sign
// of the weight: the positive ones, the negative ones. A potential has the sign of charge
// times weight.
func (g *stage) stays(at reg.Register, w vec) (up, down mask) {
	up, down = mask{maskRegister()}, mask{maskRegister()}
	known, found := g.label("known"), g.label("stays")
	stay := g.stay(at)
	g.flag(unsafe.Offsetof(sweep.Known))
	JNE(LabelRef(known))
	some := is(notEqual, w, zero(1), nil)
	p0 := xor(w, whole{g.array(unsafe.Offsetof(network.Potential0), at)})
	p1 := xor(w, whole{g.array(unsafe.Offsetof(network.Potential1), at)})
	for i, stays := range []mask{without(some, minus(p0)), both(some, minus(p1))} {
		narrow([]mask{up, down}[i], stays)
		MOVW(bitsOf(stays).As16(), stay.Offset(2*i))
	}
	JMP(LabelRef(found))
	Label(known)
	narrow(up, g.laneMask(stay))
	narrow(down, g.laneMask(stay.Offset(2)))
	Label(found)
	return up, down
}

// stay is the Stay of the half-edges at an offset in bytes.
func (g *stage) stay(at reg.Register) Mem {
	offset := GP64()
	MOVQ(at, offset)
	SHRQ(Imm(uint64(log2(form.bytes/int(unsafe.Sizeof(vector.Stay(0)))))), offset)
	return g.array(unsafe.Offsetof(network.Stays), offset)
}

// held is held of the Go form.
type held struct{ q0, p0, q1, p1 vec }

// hold is hold of the Go form; zero in lanes that are not there.
func (g *stage) hold(at reg.Register, there mask, v, w vec) held {
	some := is(notEqual, w, zero(1), there)
	p0 := load(1, g.array(unsafe.Offsetof(network.Potential0), at))
	p1 := load(1, g.array(unsafe.Offsetof(network.Potential1), at))
	up, down := both(some, g.agree(minus(p0), minus(w))), both(some, differ(minus(p1), minus(w)))
	q0 := loadWhere(up, g.array(unsafe.Offsetof(network.Charge0), at))
	q1 := loadWhere(down, g.array(unsafe.Offsetof(network.Charge1), at))
	p0, p1 = keep(up, p0), keep(down, p1)
	one := fill(1, g.real(1))
	in, size := mul(v, w), and(w, g.size())
	charge := func(k mask, q, p, total vec) {
		put(k, q, total)
		put(k, p, least(one, most(or(one, g.sign()), add(p, v))))
	}
	charge(is(greater, in, zero(1), nil), q0, p0, least(size, add(q0, in)))
	charge(is(less, in, zero(1), nil), q1, p1, most(or(size, g.sign()), add(q1, in)))
	return held{q0, p0, q1, p1}
}

// members are, for each compartment, the lanes that are its members.
func (c *held) members(w vec, there mask) [compartments]mask {
	plus, minus_ := is(notEqual, c.q0, zero(1), there), is(notEqual, c.q1, zero(1), there)
	below := minus(w)
	return [compartments]mask{
		plusPlus: without(plus, below), minusPlus: without(minus_, below),
		plusMinus: both(plus, below), minusMinus: both(minus_, below),
	}
}

// charge is the charge of a compartment, in lanes where the compartment has some.
func (c *held) charge(compartment int) vec {
	if compartment == plusPlus || compartment == plusMinus {
		return c.q0
	}
	return c.q1
}

// potential is the potential of a compartment.
func (c *held) potential(compartment int) vec {
	if compartment == plusPlus || compartment == plusMinus {
		return c.p0
	}
	return c.p1
}
