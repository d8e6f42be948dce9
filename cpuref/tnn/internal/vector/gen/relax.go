package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// relax is relax of the Go form.
func relax(c *constants) {
	g := begin(c, "Relax2019", "keeps charges and potentials in an adapting visit of hylton2019 and puts the changes of weights into Changes.")
	count := GP64()
	XORQ(count, count)
	g.eachPart(1, "relax", func() {
		sums := g.holdAll()
		first, second := g.settleBoth(&sums)
		g.multiply(first, second, div(sums.square, sums.edges), count)
	})
	MOVQ(count, g.scalar(unsafe.Offsetof(frame.Count)))
	end()
}

// pairSums are those of the Go form except charge and weight, for the members of all
// compartments, and the sums over all half-edges.
type pairSums struct {
	potential, number [compartments]vec
	square, edges     vec
}

// holdAll charges the half-edges, and adds up what the sums need.
func (g *stage) holdAll() (sums pairSums) {
	for i := range compartments {
		sums.potential[i], sums.number[i] = zero(1), zero(1)
	}
	sums.square, sums.edges = zero(1), zero(1)
	g.eachSlot("hold", func(at, s reg.GPVirtual, next string) {
		there := g.rowMask(g.row(at), unsafe.Offsetof(row_.There))
		w := load(1, g.slot(s, unsafe.Offsetof(slot.W)))
		c := g.hold(at, there, load(1, g.slot(s, unsafe.Offsetof(slot.V))), w)
		for i, k := range c.members(w, there) {
			sumWhere(k, sums.potential[i], and(c.potential(i), g.size()))
			sumWhere(k, sums.number[i], g.real(1))
		}
		sumWhere(there, sums.square, mul(w, w))
		sumWhere(there, sums.edges, g.real(1))
		replace(there, c.q0, g.array(unsafe.Offsetof(network.Charge0), at))
		replace(there, c.p0, g.array(unsafe.Offsetof(network.Potential0), at))
		replace(there, c.q1, g.array(unsafe.Offsetof(network.Charge1), at))
		replace(there, c.p1, g.array(unsafe.Offsetof(network.Potential1), at))
	})
	return sums
}

// correction is correction of the Go form. own and opposite are its e1 and e2 with
// the signs that err gives them.
type correction struct {
	own, opposite [2]vec
	keep          vec // 1 - h
}

// settleBoth settles both pairs and stores their share of the observables.
func (g *stage) settleBoth(sums *pairSums) (first, second correction) {
	x := g.drawn()
	sign := g.sign()
	var seen [4]vec // dissipation, transport, and the quality's numerator and denominator
	for i := range seen {
		seen[i] = zero(1)
	}
	first = g.settle(0, plusPlus, minusMinus, sums, keep(minus(x), xor(x, sign)), seen)
	second = g.settle(1, plusMinus, minusPlus, sums, keep(g.not(minus(x)), x), seen)
	for i := range second.own {
		second.own[i] = xor(second.own[i], sign)
	}
	mine := g.mine(1)
	for i, value := range seen {
		store(keep(mine, value), g.sum(sumDissipation+uintptr(i)))
	}
	return first, second
}

// settle is settle of the Go form for the pair of compartments a and b, for sigma 1.
func (g *stage) settle(pair, a, b int, sums *pairSums, h vec, seen [4]vec) correction {
	sign, size := g.sign(), g.size()
	x := g.drawn()
	of := func(field uintptr, compartment int) vec {
		return load(1, g.in(field+reals*uintptr(compartment)))
	}
	qa, qb := of(unsafe.Offsetof(work.Charge), a), of(unsafe.Offsetof(work.Charge), b)
	ma, mb := mul(of(unsafe.Offsetof(work.Capacity), a), x), mul(of(unsafe.Offsetof(work.Capacity), b), x)
	r1, r2 := sub(qa, mb), sub(qb, ma)
	t1, t2 := add(qa, mb), add(qb, ma)
	hh := mul(h, h)
	for i, value := range []vec{
		mul(hh, add(mul(r1, r1), mul(r2, r2))),
		mul(mul(hh, add(mul(t1, t1), mul(t2, t2))), g.real(0.25)),
		mul(h, add(and(t1, size), and(t2, size))),
		mul(h, add(and(r1, size), and(r2, size))),
	} {
		increase(seen[i], value)
	}
	ax := and(x, size)
	d1 := add(sums.potential[a], mul(sums.number[b], ax))
	d2 := add(sums.potential[b], mul(sums.number[a], ax))
	settled := is(greater, d1, zero(1), is(greater, d2, zero(1), nil))
	storeMask(settled, g.in(unsafe.Offsetof(work.Settled)+reals*uintptr(pair)))
	e1 := keep(settled, div(xor(mul(h, r1), sign), d1))
	e2 := keep(settled, div(xor(mul(h, r2), sign), d2))
	against := keep(is(greater, x, zero(1), nil), fill(1, sign))
	return correction{
		own:      [2]vec{e1, e2},
		opposite: [2]vec{xor(e1, against), xor(e2, against)},
		keep:     sub(fill(1, g.real(1)), keep(settled, h)),
	}
}

// multiply multiplies what the half-edges hold, and appends those whose weights
// change to Changes.
func (g *stage) multiply(first, second correction, square vec, count reg.Register) {
	loops := zero(1)
	g.eachSlot("multiply", func(at, s reg.GPVirtual, next string) {
		row := g.row(at)
		there := g.rowMask(row, unsafe.Offsetof(row_.There))
		loop, number := g.loop(row, loops)
		w := load(1, g.slot(s, unsafe.Offsetof(slot.W)))
		below := minus(w)
		var in [2]mask
		var err [2]vec
		for i, of := range []struct {
			charge, potential uintptr
			up, down          *correction
			downPair          uintptr
		}{
			// The positive charge is in A of the pair of its weight's sign, the negative
			// one in B of the other.
			{unsafe.Offsetof(network.Charge0), unsafe.Offsetof(network.Potential0), &first, &second, 1},
			{unsafe.Offsetof(network.Charge1), unsafe.Offsetof(network.Potential1), &second, &first, 0},
		} {
			q, p := load(1, g.array(of.charge, at)), load(1, g.array(of.potential, at))
			up, down := g.settled(1-of.downPair), g.settled(of.downPair)
			settled := either(without(up, below), both(down, below))
			in[i] = is(notEqual, q, zero(1), both(settled, g.rowMask(row, unsafe.Offsetof(row_.Network))))
			err[i] = g.err2019(choose(below, of.down.own[i], of.up.own[i]), choose(below, of.down.opposite[1-i], of.up.opposite[1-i]), p)
			factor := choose(below, of.down.keep, of.up.keep)
			replace(there, mul(q, factor), g.array(of.charge, at))
			replace(there, mul(p, factor), g.array(of.potential, at))
		}
		changing := both(either(in[0], in[1]), both(g.flags(1, unsafe.Offsetof(sweep.Adapt)), g.flags(1, unsafe.Offsetof(sweep.Plastic))))
		test(changing)
		JZ(LabelRef(next))
		g.changes(changing, s)
		j, weights := g.others(at, row, changing)
		put(loop, j, number)
		// By the first pair, then by the second.
		initial, again := choose(below, err[1], err[0]), choose(below, err[0], err[1])
		inFirst := either(without(in[0], below), both(in[1], below))
		i := loadWords(1, g.words(unsafe.Offsetof(network.ID), g.nodes()))
		g.enter(changing, both(in[0], in[1]), count, s, entry{i, j, weights, w, choose(inFirst, initial, again), again, square})
	})
}

// settled is the mask of the lanes in which a pair of compartments is settled.
func (g *stage) settled(pair uintptr) mask {
	return loadMask(1, g.in(unsafe.Offsetof(work.Settled)+reals*pair))
}

// err2019 is correction.err of the Go form for own and opposite with their signs.
func (g *stage) err2019(own, opposite, p vec) vec {
	x := g.drawn()
	pp, xx := mul(p, p), mul(x, x)
	sum := add(pp, xx)
	err := mul(div(add(mul(own, pp), mul(opposite, xx)), sum), g.real(0.5))
	return keep(is(notEqual, sum, zero(1), nil), err)
}
