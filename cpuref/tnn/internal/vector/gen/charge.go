package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/tnn/internal/vector"
)

// Compartments, as indices of the frame.
const (
	plusPlus = iota
	minusPlus
	plusMinus
	minusMinus
	compartments
)

func charge(c *constants) {
	g := begin(c, "Charge2020", "Charge2020 does steps 1 to 3 of a visit of hylton2020.")
	for half := range 2 {
		q, m := g.chargeHalf(half, g.gatherCharges)
		sign := g.bits(1 << 31)
		g.depths(half,
			add(mul(q[plusPlus], xor(m[minusMinus], sign)), mul(q[minusMinus], xor(m[plusPlus], sign))),
			add(mul(q[plusMinus], m[minusPlus]), mul(q[minusPlus], m[plusMinus])))
	}
	end()
}

// depths stores the depths of half the lanes, but for the factor 4 f.
func (g *stage) depths(half int, minus, plus vec) {
	four := g.set(unsafe.Offsetof(sweep.Four))
	store(mul(minus, four), g.half(unsafe.Offsetof(frame.Depth), half))
	store(mul(plus, four), g.half(unsafe.Offsetof(frame.Depth)+reals, half))
}

// chargeHalf sums the compartments of half the lanes, slot by slot as gather says.
func (g *stage) chargeHalf(half int, gather func(at reg.Register, there mask, v, w vec, q, m *[compartments]vec)) (q, m [compartments]vec) {
	for i := range q {
		q[i], m[i] = zero(1), zero(1)
	}
	g.eachSlot(half, "charge", func(at, s reg.GPVirtual, next string) {
		if half == 0 {
			g.prefetch(at)
		}
		there, v, w := g.inputs(half, at, s)
		gather(at, there, v, w, &q, &m)
	})
	for i := range q {
		store(q[i], g.half(unsafe.Offsetof(frame.Charge)+reals*uintptr(i), half))
		store(m[i], g.half(unsafe.Offsetof(frame.Capacity)+reals*uintptr(i), half))
	}
	return q, m
}

// inputs reads the voltages and the weights of the lanes that have a half-edge in a
// slot.
func (g *stage) inputs(half int, at, s reg.Register) (there mask, v, w vec) {
	v, w = vec{ZMM()}, vec{ZMM()}
	row := g.row(at)
	there = rowMask(row, unsafe.Offsetof(row_.There))
	apart, read := "apart"+string(rune('0'+half)), "read"+string(rune('0'+half))
	scattered(row, apart)
	assign(v, g.follow(row, there, false, unsafe.Offsetof(network.State)))
	assign(w, g.follow(row, there, true, unsafe.Offsetof(network.Weight)))
	JMP(LabelRef(read))
	Label(apart)
	other := load(1, g.array(unsafe.Offsetof(network.Neighbour), at))
	assign(v, gather(VGATHERDPS, there, g.pointer(unsafe.Offsetof(network.State)), other))
	index := load(1, g.array(unsafe.Offsetof(network.WeightOf), at))
	assign(w, gather(VGATHERDPS, there, g.pointer(unsafe.Offsetof(network.Weight)), index))
	Label(read)
	g.predict(half, row, there, v)
	none := GP32()
	XORL(none, none)
	MOVL(none, slotMask(s, unsafe.Offsetof(slot.Changing), half))
	store(v, slotReals(s, unsafe.Offsetof(slot.V), half))
	store(w, slotReals(s, unsafe.Offsetof(slot.W), half))
	return there, v, w
}

// prefetch asks for the weights that the next slice needs in a slot: unlike what lies
// in rows, a processor does not foresee them. The table of rows goes on far enough.
func (g *stage) prefetch(at reg.Register) {
	next, weights, index := GP64(), g.pointer(unsafe.Offsetof(network.Weight)), GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.Slots)), next)
	SHLQ(Imm(7), next)
	ADDQ(at, next)
	MOVLQSX(g.row(next).Offset(int(unsafe.Offsetof(row_.Weight))), index)
	PREFETCHT0(Mem{Base: weights, Index: index, Scale: 4})
	PREFETCHT0(Mem{Base: weights, Index: index, Scale: 4, Disp: 2 * vector.Lanes})
	PREFETCHT0(Mem{Base: weights, Index: index, Scale: 4, Disp: 4 * vector.Lanes})
}

// predict takes away the voltages that external nodes do not offer.
func (g *stage) predict(half int, row Mem, there mask, v vec) {
	done := "offered" + string(rune('0'+half))
	g.flag(unsafe.Offsetof(sweep.Predict))
	JE(LabelRef(done))
	external := without(there, rowMask(row, unsafe.Offsetof(row_.Network)))
	own := load(1, g.array(unsafe.Offsetof(network.Basis), g.nodes()).Offset(64*half))
	put(is(notLess, mul(v, own), zero(1), external), v, zero(1))
	Label(done)
}

// arrival is an input on its way to a compartment: whether it has any charge, the
// signs of weight and charge, and what it makes of the charge in its compartment.
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
	a.stored = not(minus(xor(base, in)))
	size := and(w, g.bits(1<<31-1))
	a.total = add(keep(a.stored, base), in)
	a.total = least(size, most(or(size, g.bits(1<<31)), a.total))
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
		VADDPS(stored[0], q[i][0], q[i][0])
		VADDPS(storedWeight[0], m[i][0], m[i][0])
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
