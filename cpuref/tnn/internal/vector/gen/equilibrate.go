package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func equilibrate(c *constants) {
	g := begin(c, "Equilibrate2020", "does step 9 of a visit of hylton2020 up to the changes of weights, which it puts into Changes.")
	count := GP64()
	XORQ(count, count)
	g.eachPart(1, "equilibrate", func() {
		rest := g.label("rest")
		test(g.equilibrating())
		JZ(LabelRef(rest))
		members := g.members()
		errors := g.residuals(members)
		g.flag(unsafe.Offsetof(sweep.Plastic))
		JE(LabelRef(rest))
		g.listChanges(errors, count)
		Label(rest)
		at, mine := g.nodes(), g.mine(1)
		for i, field := range []uintptr{unsafe.Offsetof(network.Dissipation), unsafe.Offsetof(network.Transport),
			unsafe.Offsetof(network.QualityNumerator), unsafe.Offsetof(network.QualityDenominator)} {
			store(loadWhere(mine, g.array(field, at)), g.sum(sumDissipation+uintptr(i)))
		}
	})
	MOVQ(count, g.scalar(unsafe.Offsetof(frame.Count)))
	end()
}

func (g *stage) equilibrating() mask { return loadMask(1, g.in(unsafe.Offsetof(work.Equilibrate))) }

// drawn is the new states.
func (g *stage) drawn() vec { return load(1, g.in(unsafe.Offsetof(work.X))) }

// memberSums are the sums over the members of a compartment.
type memberSums struct{ potential, square, number vec }

func (m *memberSums) add(g *stage, k mask, p, square vec) {
	sumWhere(k, m.potential, and(p, g.size()))
	sumWhere(k, m.square, square)
	sumWhere(k, m.number, g.real(1))
}

// members finds the members of A and B, stores what stays in the slots, and sums.
func (g *stage) members() (sums [2]memberSums) {
	for i := range sums {
		sums[i] = memberSums{zero(1), zero(1), zero(1)}
	}
	below := func() mask { return minus(g.drawn()) }
	g.eachSlot("members", func(at, s reg.GPVirtual, next string) {
		there := g.rowMask(g.row(at), unsafe.Offsetof(row_.There))
		settled := both(there, g.equilibrating())
		v := load(1, g.slot(s, unsafe.Offsetof(slot.V)))
		w := load(1, g.slot(s, unsafe.Offsetof(slot.W)))
		q0 := load(1, g.array(unsafe.Offsetof(network.Charge0), at))
		q1 := load(1, g.array(unsafe.Offsetof(network.Charge1), at))
		p0 := load(1, g.array(unsafe.Offsetof(network.Potential0), at))
		p1 := load(1, g.array(unsafe.Offsetof(network.Potential1), at))
		a := g.arrive(v, w, q0, q1)
		potential := add(keep(a.stored, choose(a.weight, p1, p0)), v)
		one := fill(1, g.real(1))
		potential = least(one, most(or(one, g.sign()), potential))
		square := mul(w, w)

		// A below zero is ++, in slot 0, and above zero +-, in slot 1; B is -- in slot
		// 1, or -+ in slot 0.
		find := func(i int, stored, p vec, arrives mask, of uintptr, to uintptr) {
			stored, p = clone(stored), clone(p)
			put(arrives, stored, a.total)
			put(arrives, p, potential)
			k := is(notEqual, stored, zero(1), settled)
			sums[i].add(g, k, p, square)
			storeMask(k, g.slot(s, of))
			store(p, g.slot(s, to))
		}
		across := both(a.some, differ(a.weight, below()))
		qa := choose(below(), q0, q1)
		pa := keep(g.not(minus(qa)), choose(below(), p0, p1))
		find(0, keep(g.not(minus(qa)), qa), pa, without(across, a.charge), unsafe.Offsetof(slot.A), unsafe.Offsetof(slot.PA))
		along := both(a.some, g.agree(a.weight, below()))
		qb := choose(below(), q1, q0)
		pb := keep(minus(qb), choose(below(), p1, p0))
		find(1, keep(minus(qb), qb), pb, both(along, a.charge), unsafe.Offsetof(slot.B), unsafe.Offsetof(slot.PB))

		// What stays is of the other sign of charge in either slot.
		rest := func(stays, arrives mask, q, p vec, charge, memory, potentials uintptr) {
			m := load(1, g.array(memory, at))
			for _, of := range []struct {
				old, new vec
				field    uintptr
			}{{q, a.total, charge}, {m, w, memory}, {p, potential, potentials}} {
				left := keep(stays, of.old)
				put(arrives, left, of.new)
				put(settled, of.old, left)
				store(of.old, g.array(of.field, at))
			}
		}
		rest(g.agree(minus(q0), below()), without(both(a.some, g.agree(a.charge, below())), a.weight), q0, p0,
			unsafe.Offsetof(network.Charge0), unsafe.Offsetof(network.Memory0), unsafe.Offsetof(network.Potential0))
		rest(differ(minus(q1), below()), both(both(a.some, differ(a.charge, below())), a.weight), q1, p1,
			unsafe.Offsetof(network.Charge1), unsafe.Offsetof(network.Memory1), unsafe.Offsetof(network.Potential1))
	})
	return sums
}

// repair has the numbers by which the weights of a node's members change; see repair in
// the Go form.
type repair struct{ e1, e2, sigma, square, xx vec }

// residuals computes the repair of each node, and stores the node's share of the
// observables.
func (g *stage) residuals(members [2]memberSums) repair {
	sign, size := g.sign(), g.size()
	k, x := g.equilibrating(), g.drawn()
	below := minus(x)
	of := func(field uintptr, negative, positive uintptr) vec {
		return choose(below, load(1, g.in(field+reals*negative)), load(1, g.in(field+reals*positive)))
	}
	qa, qb := of(unsafe.Offsetof(work.Charge), plusPlus, plusMinus), of(unsafe.Offsetof(work.Charge), minusMinus, minusPlus)
	ma := mul(of(unsafe.Offsetof(work.Capacity), plusPlus, plusMinus), x)
	mb := mul(of(unsafe.Offsetof(work.Capacity), minusMinus, minusPlus), x)
	r1, r2 := sub(qa, mb), sub(qb, ma)
	t1, t2 := add(qa, mb), add(qb, ma)

	at := g.nodes()
	keepFor := func(field uintptr, value vec) { replace(k, value, g.array(field, at)) }
	temperature := g.set(unsafe.Offsetof(sweep.Temperature))
	keepFor(unsafe.Offsetof(network.Dissipation), mul(add(mul(r1, r1), mul(r2, r2)), temperature))
	keepFor(unsafe.Offsetof(network.Transport), mul(mul(add(mul(t1, t1), mul(t2, t2)), temperature), g.real(0.25)))
	keepFor(unsafe.Offsetof(network.QualityNumerator), add(and(t1, size), and(t2, size)))
	keepFor(unsafe.Offsetof(network.QualityDenominator), add(and(r1, size), and(r2, size)))

	a, b, ax := members[0], members[1], and(x, size)
	d1 := add(a.potential, mul(b.number, ax))
	d2 := add(b.potential, mul(a.number, ax))
	positive := is(greater, d1, zero(1), is(greater, d2, zero(1), nil))
	sigma := fill(1, g.real(-1))
	sigma = choose(below, xor(sigma, sign), sigma)
	return repair{
		e1:     keep(positive, div(xor(r1, sign), mul(d1, g.real(2)))),
		e2:     keep(positive, div(xor(r2, sign), mul(d2, g.real(2)))),
		sigma:  sigma,
		square: div(add(a.square, b.square), add(a.number, b.number)),
		xx:     mul(x, x),
	}
}

// err is the error of a member with potential p.
func (f *repair) err(own, opposite, p vec) vec {
	pp := mul(p, p)
	return div(mul(f.sigma, add(mul(own, pp), mul(opposite, f.xx))), add(pp, f.xx))
}

// listChanges appends the half-edges whose weights change.
func (g *stage) listChanges(f repair, count reg.Register) {
	loops := zero(1)
	i := loadWords(1, g.words(unsafe.Offsetof(network.ID), g.nodes()))
	g.eachSlot("batch", func(at, s reg.GPVirtual, next string) {
		row := g.row(at)
		loop, number := g.loop(row, loops)
		inA := loadMask(1, g.slot(s, unsafe.Offsetof(slot.A)))
		inB := loadMask(1, g.slot(s, unsafe.Offsetof(slot.B)))
		plastic := g.rowMask(row, unsafe.Offsetof(row_.Network))
		changing := both(plastic, either(inA, inB))
		test(changing)
		JZ(LabelRef(next))
		pa := load(1, g.slot(s, unsafe.Offsetof(slot.PA)))
		pb := load(1, g.slot(s, unsafe.Offsetof(slot.PB)))
		once := f.err(choose(inA, f.e1, f.e2), choose(inA, f.e2, f.e1), choose(inA, pa, pb))
		again := f.err(f.e2, f.e1, pb)
		g.changes(changing, s)
		j, weights := g.others(at, row, changing)
		put(loop, j, number)
		w := load(1, g.slot(s, unsafe.Offsetof(slot.W)))
		g.enter(changing, both(inA, inB), count, s, entry{i, j, weights, w, once, again, f.square})
	})
}

// loop finds the lanes whose half-edge is a self-loop, and rng.SelfLoop of each, which
// takes the place of the id of the other end. loops counts the self-loops before.
func (g *stage) loop(row Mem, loops vec) (mask, vec) {
	loop := g.rowMask(row, unsafe.Offsetof(row_.Loop))
	number := xor(loops, g.ones())
	subIntWhere(loop, loops, fill(1, g.ones()))
	return loop, number
}

// others are the ids of the other ends and, for AVX2, the indices of the weights.
func (g *stage) others(at reg.Register, row Mem, k mask) (ids, weights vec) {
	ids = vec{register()}
	if !form.avx512 {
		weights = vec{register()}
	}
	apart, done := g.label("apart"), g.label("ids")
	scattered(row, apart)
	assign(ids, g.followIDs(row, k))
	if !form.avx512 {
		assign(weights, g.weightsOf(row))
	}
	JMP(LabelRef(done))
	Label(apart)
	assign(ids, gatherWords(k, g.pointer(unsafe.Offsetof(network.ID)), indices(g.words(unsafe.Offsetof(network.Neighbour), at))))
	if !form.avx512 {
		assign(weights, loadWords(1, g.words(unsafe.Offsetof(network.WeightOf), at)))
	}
	Label(done)
	return ids, weights
}
