package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func equilibrate(c *constants) {
	g := begin(c, "Equilibrate2020", "Equilibrate2020 does step 9 of a visit of hylton2020 up to the changes of weights, which it puts into the batch.")
	count := GP64()
	XORQ(count, count)
	for half := range 2 {
		name := "rest" + string(rune('0'+half))
		test(g.equilibrating(half))
		JZ(LabelRef(name))
		members := g.members(half)
		errors := g.residuals(half, members)
		g.flag(unsafe.Offsetof(sweep.Plastic))
		JE(LabelRef(name))
		g.fillBatch(half, errors, count)
		Label(name)
	}
	MOVQ(count, g.in(unsafe.Offsetof(frame.Count)))
	at, mine := g.nodes(), g.mine()
	for i, field := range []uintptr{unsafe.Offsetof(network.Dissipation), unsafe.Offsetof(network.Transport),
		unsafe.Offsetof(network.QualityNumerator), unsafe.Offsetof(network.QualityDenominator)} {
		store(loadWhere(mine, g.array(field, at)), g.sum(sumDissipation+uintptr(i)))
	}
	end()
}

func (g *stage) equilibrating(half int) mask {
	return loadMask(1, g.in(unsafe.Offsetof(frame.Equilibrate)+uintptr(4*half)))
}

// drawn is the new states of half the lanes.
func (g *stage) drawn(half int) vec { return load(1, g.half(unsafe.Offsetof(frame.X), half)) }

// memberSums is what the members of a compartment add up to.
type memberSums struct{ potential, square, number vec }

func (m *memberSums) add(g *stage, k mask, p, square vec) {
	addWhere(k, m.potential, and(p, g.bits(1<<31-1)))
	addWhere(k, m.square, square)
	addWhere(k, m.number, g.real(1))
}

// members finds the members of A and B, stores what stays in the slots, and sums.
func (g *stage) members(half int) (sums [2]memberSums) {
	for i := range sums {
		sums[i] = memberSums{zero(1), zero(1), zero(1)}
	}
	below := func() mask { return minus(g.drawn(half)) }
	g.eachSlot(half, "members", func(at, s reg.GPVirtual, next string) {
		there := rowMask(g.row(at), unsafe.Offsetof(row_.There))
		settled := both(there, g.equilibrating(half))
		v := load(1, slotReals(s, unsafe.Offsetof(slot.V), half))
		w := load(1, slotReals(s, unsafe.Offsetof(slot.W), half))
		q0 := load(1, g.array(unsafe.Offsetof(network.Charge0), at))
		q1 := load(1, g.array(unsafe.Offsetof(network.Charge1), at))
		p0 := load(1, g.array(unsafe.Offsetof(network.Potential0), at))
		p1 := load(1, g.array(unsafe.Offsetof(network.Potential1), at))
		a := g.arrive(v, w, q0, q1)
		potential := add(keep(a.stored, choose(a.weight, p1, p0)), v)
		one := fill(1, g.real(1))
		potential = least(one, most(or(one, g.bits(1<<31)), potential))
		square := mul(w, w)

		// A below zero is ++, in slot 0, and above zero +-, in slot 1; B is -- in slot
		// 1, or -+ in slot 0.
		find := func(i int, stored, p vec, arrives mask, of uintptr, to uintptr) {
			stored, p = clone(stored), clone(p)
			put(arrives, stored, a.total)
			put(arrives, p, potential)
			k := is(notEqual, stored, zero(1), settled)
			sums[i].add(g, k, p, square)
			storeMask(k, slotMask(s, of, half))
			store(p, slotReals(s, to, half))
		}
		across := both(a.some, differ(a.weight, below()))
		qa := choose(below(), q0, q1)
		pa := keep(not(minus(qa)), choose(below(), p0, p1))
		find(0, keep(not(minus(qa)), qa), pa, without(across, a.charge), unsafe.Offsetof(slot.A), unsafe.Offsetof(slot.PA))
		along := both(a.some, agree(a.weight, below()))
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
		rest(agree(minus(q0), below()), without(both(a.some, agree(a.charge, below())), a.weight), q0, p0,
			unsafe.Offsetof(network.Charge0), unsafe.Offsetof(network.Memory0), unsafe.Offsetof(network.Potential0))
		rest(differ(minus(q1), below()), both(both(a.some, differ(a.charge, below())), a.weight), q1, p1,
			unsafe.Offsetof(network.Charge1), unsafe.Offsetof(network.Memory1), unsafe.Offsetof(network.Potential1))
	})
	return sums
}

// repair is what changes the weights of a node's members; see repair in the Go form.
type repair struct{ e1, e2, sigma, square, xx vec }

// residuals computes it and stores a node's share of the observables.
func (g *stage) residuals(half int, members [2]memberSums) repair {
	sign, size := g.bits(1<<31), g.bits(1<<31-1)
	k, x := g.equilibrating(half), g.drawn(half)
	below := minus(x)
	of := func(field uintptr, negative, positive uintptr) vec {
		return choose(below, load(1, g.half(field+reals*negative, half)), load(1, g.half(field+reals*positive, half)))
	}
	qa, qb := of(unsafe.Offsetof(frame.Charge), plusPlus, plusMinus), of(unsafe.Offsetof(frame.Charge), minusMinus, minusPlus)
	ma := mul(of(unsafe.Offsetof(frame.Capacity), plusPlus, plusMinus), x)
	mb := mul(of(unsafe.Offsetof(frame.Capacity), minusMinus, minusPlus), x)
	r1, r2 := sub(qa, mb), sub(qb, ma)
	t1, t2 := add(qa, mb), add(qb, ma)

	at := g.nodes()
	keepFor := func(field uintptr, value vec) { replace(k, value, g.array(field, at).Offset(64*half)) }
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

// fillBatch appends the half-edges whose weights change.
func (g *stage) fillBatch(half int, f repair, count reg.Register) {
	loops := zero(1)
	i := load(1, g.array(unsafe.Offsetof(network.ID), g.nodes()).Offset(64*half))
	g.eachSlot(half, "batch", func(at, s reg.GPVirtual, next string) {
		row := g.row(at)
		loop, number := g.loop(row, loops)
		inA := loadMask(1, slotMask(s, unsafe.Offsetof(slot.A), half))
		inB := loadMask(1, slotMask(s, unsafe.Offsetof(slot.B), half))
		plastic := rowMask(row, unsafe.Offsetof(row_.Network))
		changing := both(plastic, either(inA, inB))
		test(changing)
		JZ(LabelRef(next))
		pa := load(1, slotReals(s, unsafe.Offsetof(slot.PA), half))
		pb := load(1, slotReals(s, unsafe.Offsetof(slot.PB), half))
		once := f.err(choose(inA, f.e1, f.e2), choose(inA, f.e2, f.e1), choose(inA, pa, pb))
		again := f.err(f.e2, f.e1, pb)
		storeMask(changing, slotMask(s, unsafe.Offsetof(slot.Changing), half))
		j := g.others(half, at, row, changing)
		put(loop, j, number)
		w := load(1, slotReals(s, unsafe.Offsetof(slot.W), half))
		g.enter(changing, both(inA, inB), count, entry{i, j, w, once, again, f.square})
	})
}

// loop is the lanes whose half-edge is a self-loop, and rng.SelfLoop of each, which
// stands for the id of the other end. loops counts those before.
func (g *stage) loop(row Mem, loops vec) (mask, vec) {
	loop := rowMask(row, unsafe.Offsetof(row_.Loop))
	ones := clone(loops)
	VPTERNLOGD(Imm(0xff), ones[0], ones[0], ones[0])
	number := xor(loops, ones)
	where(VPSUBD, VPSUBD_BCST, loop, loops, ones)
	return loop, number
}

// entry is one line of the batch, for each lane.
type entry struct{ i, j, w, once, again, square vec }

// enter appends the lanes of a mask to the batch.
func (g *stage) enter(changing, twice mask, count reg.Register, e entry) {
	ones := ZMM()
	VPMOVM2D(twice[0], ones)
	for _, of := range []struct {
		field uintptr
		value vec
	}{
		{unsafe.Offsetof(batch.I), e.i}, {unsafe.Offsetof(batch.J), e.j}, {unsafe.Offsetof(batch.Twice), vec{ones}},
		{unsafe.Offsetof(batch.W), e.w}, {unsafe.Offsetof(batch.Error), e.once},
		{unsafe.Offsetof(batch.Again), e.again}, {unsafe.Offsetof(batch.Square), e.square},
	} {
		dense := ZMM()
		VPCOMPRESSD_Z(of.value[0], changing[0], dense)
		store(vec{dense}, g.batch(of.field, count))
	}
	word := GP32()
	KMOVW(changing[0], word)
	POPCNTL(word, word)
	ADDQ(word.As64(), count)
}

// others is the ids of the other ends.
func (g *stage) others(half int, at reg.Register, row Mem, k mask) vec {
	j := vec{ZMM()}
	apart, done := "apart"+string(rune('0'+half)), "ids"+string(rune('0'+half))
	scattered(row, apart)
	assign(j, g.follow(row, k, false, unsafe.Offsetof(network.ID)))
	JMP(LabelRef(done))
	Label(apart)
	other := load(1, g.array(unsafe.Offsetof(network.Neighbour), at))
	assign(j, gather(VPGATHERDD, k, g.pointer(unsafe.Offsetof(network.ID)), other))
	Label(done)
	return j
}

// batch is the entries of an array of the batch from a number on.
func (g *stage) batch(field uintptr, from reg.Register) Mem {
	p := GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.Batch)+field), p)
	return Mem{Base: p, Index: from, Scale: 4}
}
