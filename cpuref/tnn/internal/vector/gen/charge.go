package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Compartments, as indices of the work.
const (
	plusPlus = iota
	minusPlus
	plusMinus
	minusMinus
	compartments
)

func charge(c *constants) {
	g := begin(c, "Charge2020", "does steps 1 to 3 of a visit of hylton2020.")
	g.eachPart(1, "charge", func() {
		g.fetch(g.nodes(), unsafe.Offsetof(network.State), unsafe.Offsetof(network.Energy),
			unsafe.Offsetof(network.Dissipation), unsafe.Offsetof(network.Transport), unsafe.Offsetof(network.QualityNumerator), unsafe.Offsetof(network.QualityDenominator))
		q, m := g.chargePart(func(at, s reg.Register, there mask, v, w vec, q, m *[compartments]vec) {
			g.fetch(at, unsafe.Offsetof(network.Potential0), unsafe.Offsetof(network.Potential1))
			g.tell(s, v, w)
			g.gatherCharges(at, there, v, w, q, m)
		})
		sign := g.sign()
		g.depths(
			add(mul(q[plusPlus], xor(m[minusMinus], sign)), mul(q[minusMinus], xor(m[plusPlus], sign))),
			add(mul(q[plusMinus], m[minusPlus]), mul(q[minusPlus], m[plusMinus])))
	})
	end()
}

// depths stores the depths without their factor 4 f.
func (g *stage) depths(minus, plus vec) {
	four := g.set(unsafe.Offsetof(sweep.Four))
	store(mul(minus, four), g.depth(0))
	store(mul(plus, four), g.depth(1))
}

// chargePart sums the compartments, slot by slot as gather says.
func (g *stage) chargePart(gather func(at, s reg.Register, there mask, v, w vec, q, m *[compartments]vec)) (q, m [compartments]vec) {
	for i := range q {
		q[i], m[i] = zero(1), zero(1)
	}
	g.eachSlot("charge", func(at, s reg.GPVirtual, next string) {
		there, v, w := g.inputs(at)
		gather(at, s, there, v, w, &q, &m)
	})
	for i := range q {
		store(q[i], g.in(unsafe.Offsetof(work.Charge)+reals*uintptr(i)))
		store(m[i], g.in(unsafe.Offsetof(work.Capacity)+reals*uintptr(i)))
	}
	return q, m
}

// inputs reads the voltages and the weights of the lanes that have a half-edge in a
// slot.
func (g *stage) inputs(at reg.Register) (there mask, v, w vec) {
	v, w = vec{register()}, vec{register()}
	row := g.row(at)
	there = g.rowMask(row, unsafe.Offsetof(row_.There))
	apart, read := g.label("apart"), g.label("read")
	scattered(row, apart)
	assign(v, g.follow(row, there, false, unsafe.Offsetof(network.State)))
	assign(w, g.follow(row, there, true, unsafe.Offsetof(network.Weight)))
	JMP(LabelRef(read))
	Label(apart)
	assign(v, gather(there, g.pointer(unsafe.Offsetof(network.State)), indices(g.words(unsafe.Offsetof(network.Neighbour), at))))
	assign(w, gather(there, g.pointer(unsafe.Offsetof(network.Weight)), indices(g.words(unsafe.Offsetof(network.WeightOf), at))))
	Label(read)
	g.predict(row, there, v)
	return there, v, w
}

// tell tells later stages voltages and weights of a slot, none of which changes as yet.
func (g *stage) tell(s reg.Register, v, w vec) {
	g.changes(nil, s)
	store(v, g.slot(s, unsafe.Offsetof(slot.V)))
	store(w, g.slot(s, unsafe.Offsetof(slot.W)))
}

// predict sets the voltage of an external node that predicts to 0, unless its sign is
// opposite to that of the node's own state.
func (g *stage) predict(row Mem, there mask, v vec) {
	done := g.label("offered")
	g.flag(unsafe.Offsetof(sweep.Predict))
	JE(LabelRef(done))
	external := without(there, g.rowMask(row, unsafe.Offsetof(row_.Network)))
	own := load(1, g.array(unsafe.Offsetof(network.Basis), g.nodes()))
	put(is(notLess, mul(v, own), zero(1), external), v, zero(1))
	Label(done)
}

// arrival is an input that a compartment takes: whether it has charge, the signs of its
// weight and its charge, and the charge that the compartment then has.
type arrival struct {
	some, weight, charge mask
	total                vec
	stored               mask // what its slot has stored is of the same compartment
}

// arrive adds an input to stored charges.
func (g *stage) arrive(v, w, q0, q1 vec) arrival {
	var a arrival
	in := mul(v, w)
	a.some = is(notEqual, in, zero(1), nil)
	a.weight, a.charge = minus(w), minus(in)
	base := choose(a.weight, q1, q0)
	a.stored = g.not(minus(xor(base, in)))
	size := and(w, g.size())
	a.total = add(keep(a.stored, base), in)
	a.total = least(size, most(or(size, g.sign()), a.total))
	return a
}

// gatherCharges sums what all compartments hold with the input.
func (g *stage) gatherCharges(at reg.Register, there mask, v, w vec, q, m *[compartments]vec) {
	q0 := loadWhere(there, g.array(unsafe.Offsetof(network.Charge0), at))
	m0 := loadWhere(there, g.array(unsafe.Offsetof(network.Memory0), at))
	q1 := loadWhere(there, g.array(unsafe.Offsetof(network.Charge1), at))
	m1 := loadWhere(there, g.array(unsafe.Offsetof(network.Memory1), at))
	a := g.arrive(v, w, q0, q1)
	sum := func(i int, to mask, stored, storedWeight vec) {
		put(to, stored, a.total)
		put(to, storedWeight, w)
		increase(q[i], stored)
		increase(m[i], storedWeight)
	}
	split := func(plus, minus_ int, to mask, stored, storedWeight vec) {
		negative := minus(stored)
		below, belowWeight := keep(negative, stored), keep(negative, storedWeight)
		above, aboveWeight := xor(stored, below), xor(storedWeight, belowWeight)
		sum(plus, without(to, a.charge), above, aboveWeight)
		sum(minus_, both(to, a.charge), below, belowWeight)
	}
	split(plusPlus, minusPlus, without(a.some, a.weight), q0, m0)
	split(plusMinus, minusMinus, both(a.some, a.weight), q1, m1)
}
