package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Sums, as indices of the frame.
const (
	sumEnergy = iota
	sumFree
	sumEntropy
	sumDissipation
	sumTransport
	sumQualityNumerator
	sumQualityDenominator
	sumChange
	sumFluctuating
	sumState
	sumWeight2
	sumOrder
	sums
)

// sum is one of the sums of the frame.
func (g *stage) sum(i uintptr) Mem { return g.in(unsafe.Offsetof(work.Sums) + i*reals) }

// side is a wing with its series, while it is being summed.
type side struct {
	at          Mem // of the wing in the frame
	depth       Mem
	count       vec
	total, mean vec // of weights, and of weights times energies
}

func (w *side) field(offset uintptr) Mem { return w.at.Offset(scale(offset)) }

// sample draws the states of all lanes in one part, so that the divisions and polynomials
// of its registers overlap.
func sample(c *constants) {
	g := begin(c, "Sample2020", "does steps 4 to 8 of a visit of hylton2020.")
	further := g.further()
	g.eachPart(form.wide, "sample", func() {
		g.fetchFurther("further", further, ids)
		g.sample2020()
	})
	end()
}

func (g *stage) sample2020() {
	minus, plus, hasZero := g.wings()
	lowest := g.lowest(minus, plus)
	g.weigh("minus", minus, lowest)
	g.weigh("plus", plus, lowest)

	skipped := load(form.wide, hasZero)
	none := is(equal, skipped, zero(form.wide), nil)
	atZero := keep(none, g.exp(lowest))
	z := add(add(minus.total, atZero), plus.total)
	mean := add(add(minus.mean, mul(atZero, xor(lowest, g.sign()))), plus.mean)

	x, depth := g.pick(minus, plus, none, atZero, z)
	logZ := g.log(z)
	mine := g.mine(form.wide)
	store(keep(mine, sub(lowest, logZ)), g.sum(sumFree))
	size := add(add(load(form.wide, plus.depth), whole{minus.depth}), g.real(1))
	size = most(fill(form.wide, g.real(3)), floor(div(size, g.set(unsafe.Offsetof(sweep.Threshold)))))
	store(keep(mine, div(add(div(mean, z), logZ), g.log(size))), g.sum(sumEntropy))
	g.record(x, depth)
}

// wings is wings of the Go form. It returns the memory that has the number of skipped states.
func (g *stage) wings() (minus, plus *side, skipped Mem) {
	at := unsafe.Offsetof(work.Wings)
	minus = &side{at: g.in(at), depth: g.depth(0)}
	plus = &side{at: g.in(at + unsafe.Sizeof(wing)), depth: g.depth(1)}
	threshold := g.set(unsafe.Offsetof(sweep.Threshold))
	one := fill(form.wide, g.real(1))
	n := most(one, floor(div(load(form.wide, minus.depth), threshold)))
	m := most(one, floor(div(load(form.wide, plus.depth), threshold)))
	store(n, minus.field(unsafe.Offsetof(wing.Levels)))
	store(m, plus.field(unsafe.Offsetof(wing.Levels)))
	deeper := is(greater, n, m, nil)
	deep, shallow := choose(deeper, n, m), choose(deeper, m, n)
	levels := fill(form.wide, g.set(unsafe.Offsetof(sweep.Levels)))
	over := most(zero(form.wide), sub(deep, levels))
	all := is(equal, over, zero(form.wide), nil)
	inner := choose(all, shallow, most(zero(form.wide), sub(levels, sub(deep, shallow))))
	outer := least(deep, levels)
	minus.count, plus.count = choose(deeper, outer, inner), choose(deeper, inner, outer)
	skipped = g.in(unsafe.Offsetof(work.X)) // free until the end
	store(over, skipped)
	return minus, plus, skipped
}

// lowest is the lowest energy of a candidate.
func (g *stage) lowest(minus, plus *side) vec {
	sign, one := g.sign(), g.real(1)
	lowest := keep(is(atLeast, minus.count, one, nil), xor(load(form.wide, minus.depth), sign))
	below := xor(load(form.wide, plus.depth), sign)
	put(is(less, below, lowest, is(atLeast, plus.count, one, nil)), lowest, below)
	return lowest
}

// weigh is weigh of the Go form.
func (g *stage) weigh(label string, w *side, lowest vec) {
	sign := g.sign()
	depth := load(form.wide, w.depth)
	rise := div(depth, whole{w.field(unsafe.Offsetof(wing.Levels))})
	energy := sub(xor(depth, sign), lowest)
	weight := g.exp(xor(energy, sign))
	ratio := g.exp(xor(rise, sign))
	store(weight, w.field(unsafe.Offsetof(wing.First)))
	store(ratio, w.field(unsafe.Offsetof(wing.Ratio)))
	store(rise, w.field(unsafe.Offsetof(wing.Rise)))

	cut := g.set(unsafe.Offsetof(sweep.Cut))
	long := is(greater, mul(w.count, rise), cut, nil)
	terms := w.count
	put(long, terms, add(floor(div(fill(form.wide, cut), rise)), g.real(1)))
	terms = keep(is(atLeast, terms, g.real(1), nil), terms)
	store(terms, w.field(unsafe.Offsetof(wing.Terms)))

	w.total, w.mean = zero(form.wide), zero(form.wide)
	i := zero(1)
	index := same(form.wide, i[0])
	label = g.label(label)
	Label(label)
	on := is(less, index, whole{w.field(unsafe.Offsetof(wing.Terms))}, nil)
	test(on)
	JZ(LabelRef(label + "done"))
	sumWhere(on, w.total, weight)
	sumWhere(on, w.mean, mul(weight, energy))
	mulWhere(on, weight, whole{w.field(unsafe.Offsetof(wing.Ratio))})
	addWhere(on, energy, whole{w.field(unsafe.Offsetof(wing.Rise))})
	op("add").emit(0, g.real(1), i[0], i[0])
	JMP(LabelRef(label))
	Label(label + "done")
}

// pick draws the states. depth is the depth of the side that a state is on.
func (g *stage) pick(minus, plus *side, hasZero mask, atZero, z vec) (x, depth vec) {
	target := mul(g.deviate(), z)
	field := unsafe.Offsetof(wing.Terms)
	low := is(lessEqual, target, minus.total, is(greater, load(form.wide, minus.field(field)), zero(form.wide), nil))
	high := is(greater, target, add(minus.total, atZero), is(greater, load(form.wide, plus.field(field)), zero(form.wide), nil))
	high = without(either(high, g.not(hasZero)), low)

	of := func(field uintptr) vec {
		return choose(low, load(form.wide, minus.field(field)), load(form.wide, plus.field(field)))
	}
	mass := choose(low, target, sub(z, target))
	last := sub(of(field), g.real(1))
	weight, ratio := of(unsafe.Offsetof(wing.First)), of(unsafe.Offsetof(wing.Ratio))
	levels := of(unsafe.Offsetof(wing.Levels))
	sign := keep(low, fill(form.wide, g.sign()))
	away := either(low, high) // from zero
	depth = keep(away, choose(low, load(form.wide, minus.depth), load(form.wide, plus.depth)))
	storeMask(away, g.in(unsafe.Offsetof(work.Equilibrate))) // free until the end

	sum, index := zero(form.wide), zero(form.wide)
	on := is(less, index, last, away)
	Label(g.label("index"))
	test(on)
	JZ(LabelRef(g.label("found")))
	sumWhere(on, sum, weight)
	next := is(notGreater, sum, mass, on)
	sumWhere(next, index, g.real(1))
	mulWhere(on, weight, ratio)
	more := is(less, index, last, next)
	narrow(on, more)
	JMP(LabelRef(g.label("index")))
	Label(g.label("found"))
	away = loadMask(form.wide, g.in(unsafe.Offsetof(work.Equilibrate)))
	return keep(away, xor(div(sub(levels, index), levels), sign)), depth
}

// deviate is the uniform deviate of each node.
func (g *stage) deviate() vec {
	counter := [4]vec{
		loadWords(form.wide, g.words(unsafe.Offsetof(network.ID), g.nodes())),
		zero(form.wide), fill(form.wide, g.set(unsafe.Offsetof(sweep.Number))), zero(form.wide),
	}
	return g.uniform(g.philox(counter, g.keys(), 1)[0])
}

func (g *stage) keys() Mem { return Mem{Base: g.network, Disp: int(unsafe.Offsetof(network.Keys))} }

// record stores the drawn states, and finds the nodes that fluctuate.
func (g *stage) record(x, depth vec) {
	sign, size := g.sign(), g.size()
	at, mine := g.nodes(), g.mine(form.wide)
	energy := xor(mul(depth, and(x, size)), sign)
	before := g.array(unsafe.Offsetof(network.Energy), at)
	threshold := g.set(unsafe.Offsetof(sweep.Threshold))
	fluctuating := is(greater, and(sub(energy, whole{before}), size), threshold, mine)
	replace(mine, energy, before)
	store(keep(mine, energy), g.sum(sumEnergy))
	store(keep(fluctuating, fill(form.wide, g.real(1))), g.sum(sumFluctuating))

	state := g.array(unsafe.Offsetof(network.State), at)
	change := and(mul(sub(x, whole{state}), g.real(0.5)), size)
	store(keep(mine, change), g.sum(sumChange))
	store(keep(mine, x), g.sum(sumState))
	replace(mine, x, state)
	store(x, g.in(unsafe.Offsetof(work.X)))

	settled := without(is(notEqual, x, zero(form.wide), mine), fluctuating)
	storeMask(both(settled, g.flags(form.wide, unsafe.Offsetof(sweep.Adapt))), g.in(unsafe.Offsetof(work.Equilibrate)))
}
