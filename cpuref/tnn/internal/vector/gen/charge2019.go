package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/reg"
)

func charge2019(c *constants) {
	g := begin(c, "Charge2019", "charges tentatively and finds the depths, in a visit of hylton2019.")
	g.eachPart(1, "charge", func() {
		g.fetch(g.nodes(), unsafe.Offsetof(network.State), unsafe.Offsetof(network.Offered))
		q, m := g.chargePart(func(at reg.Register, there mask, v, w vec, q, m *[compartments]vec) {
			held := g.hold(at, there, v, w)
			for i, k := range held.members(w, there) {
				sumWhere(k, q[i], held.charge(i))
				sumWhere(k, m[i], w)
			}
		})
		size := g.size()
		g.depths(
			and(add(mul(q[plusPlus], m[minusMinus]), mul(q[minusMinus], m[plusPlus])), size),
			and(add(mul(q[plusMinus], m[minusPlus]), mul(q[minusPlus], m[plusMinus])), size))
	})
	end()
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
