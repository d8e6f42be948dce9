package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sample2019 draws the states of all lanes in one part. It stores what a relaxing visit
// keeps of them, or what an adapting one keeps.
func sample2019(c *constants) {
	g := begin(c, "Sample2019", "draws the states in a visit of hylton2019 and records them.")
	further := g.further()
	g.eachPart(form.wide, "sample", func() {
		g.fetchCharges(further)
		g.sample2019()
	})
	end()
}

// fetchCharges asks for what the next slice reads in the same sweep.
func (g *stage) fetchCharges(f further) {
	charges := []uintptr{unsafe.Offsetof(network.Charge0), unsafe.Offsetof(network.Charge1)}
	known, fetched := g.label("fewer"), g.label("fetched")
	g.flag(unsafe.Offsetof(sweep.Known))
	JNE(LabelRef(known))
	g.fetchFurther("all", f, ids, append(charges, unsafe.Offsetof(network.Potential0), unsafe.Offsetof(network.Potential1))...)
	JMP(LabelRef(fetched))
	Label(known)
	g.fetchFurther("charges", f, states, charges...)
	Label(fetched)
}

func (g *stage) sample2019() {
	adapt, done := g.label("adapt"), g.label("sampled")
	store(g.deviate(), g.in(unsafe.Offsetof(work.X))) // free until the end
	for i := range uintptr(2) {
		g.weigh2019(i)
	}
	x, z := g.pick2019()
	g.flag(unsafe.Offsetof(sweep.Adapting))
	JNE(LabelRef(adapt))
	g.show(x)
	JMP(LabelRef(done))
	Label(adapt)
	g.record2019(x, z)
	Label(done)
}

func (g *stage) depth(side uintptr) Mem { return g.in(unsafe.Offsetof(work.Depth) + side*reals) }

// deepest is the depth of the deeper side.
func (g *stage) deepest() vec { return most(load(form.wide, g.depth(0)), whole{g.depth(1)}) }

// side is a field of one of the sides.
func (g *stage) side(side, field uintptr) Mem {
	return g.in(unsafe.Offsetof(work.Sides) + side*unsafe.Sizeof(side_) + field)
}

// running loads the address of the running sums of weights of a side, whose levels are
// in the order from the outermost one on.
func (g *stage) running(side uintptr) reg.GPVirtual {
	at := GP64()
	MOVQ(g.scalar(unsafe.Offsetof(frame.Running)), at)
	ADDQ(U32(uint32(scale(side*reals)+g.part.known)), at)
	if g.part.at != nil {
		ADDQ(g.part.at, at)
	}
	return at
}

// weigh2019 is weigh2019 of the Go form.
func (g *stage) weigh2019(side uintptr) {
	label := g.label("weigh" + string(rune('0'+side)))
	cube, left, to := GP64(), GP64(), g.running(side)
	MOVQ(g.set(unsafe.Offsetof(sweep.Cubes)+8*side).at, cube)
	MOVQ(g.set(unsafe.Offsetof(sweep.Fixed)+8*side).at, left)
	depth, deepest := load(form.wide, g.depth(side)), g.deepest()
	lowest := xor(fill(1, g.set(unsafe.Offsetof(sweep.Cut))), g.sign())
	total, mean, count := zero(form.wide), zero(form.wide), zero(form.wide)
	on := everywhere(form.wide)
	Label(label)
	TESTQ(left, left)
	JZ(LabelRef(label + "done"))
	x := sub(mul(depth, one{Mem{Base: cube}}), deepest) // minus the energy above the lowest
	narrow(on, is(notLess, x, same(form.wide, lowest[0]), on))
	test(on)
	JZ(LabelRef(label + "done"))
	weight := g.expNormal(x)
	sumWhere(on, total, weight)
	subWhere(on, mean, mul(weight, x))
	sumWhere(on, count, g.real(1))
	store(total, Mem{Base: to})
	ADDQ(Imm(uint64(form.size)), cube)
	ADDQ(U32(uint32(scale(2*reals))), to)
	DECQ(left)
	JMP(LabelRef(label))
	Label(label + "done")
	store(total, g.side(side, unsafe.Offsetof(side_.Total)))
	store(mean, g.side(side, unsafe.Offsetof(side_.Mean)))
	store(count, g.side(side, unsafe.Offsetof(side_.Count)))
}

// pick2019 draws the states. z is the sum of all weights.
func (g *stage) pick2019() (x, z vec) {
	of := func(side, field uintptr) vec { return load(form.wide, g.side(side, field)) }
	low := of(0, unsafe.Offsetof(side_.Total))
	z = add(low, of(1, unsafe.Offsetof(side_.Total)))
	target := mul(load(form.wide, g.in(unsafe.Offsetof(work.X))), z)
	above := is(greater, target, low, nil)
	mass := choose(above, sub(z, target), target)
	last := sub(choose(above, of(1, unsafe.Offsetof(side_.Count)), of(0, unsafe.Offsetof(side_.Count))), g.real(1))

	index := zero(form.wide)
	below, beyond := g.running(0), g.running(1)
	on := is(less, index, last, nil)
	Label(g.label("index"))
	test(on)
	JZ(LabelRef(g.label("found")))
	sum := choose(above, load(form.wide, Mem{Base: beyond}), load(form.wide, Mem{Base: below}))
	next := is(notGreater, sum, mass, on)
	sumWhere(next, index, g.real(1))
	narrow(on, is(less, index, last, next))
	ADDQ(U32(uint32(scale(2*reals))), below)
	ADDQ(U32(uint32(scale(2*reals))), beyond)
	JMP(LabelRef(g.label("index")))
	Label(g.label("found"))

	most := sub(fill(1, g.set(unsafe.Offsetof(sweep.Levels))), g.real(1))
	span := same(form.wide, most[0])
	index = choose(above, sub(span, index), index)
	return add(div(mul(index, g.real(2)), span), g.real(-1)), z
}

// show stores what a relaxing visit keeps.
func (g *stage) show(x vec) {
	at, mine := g.nodes(), g.mine(form.wide)
	state := g.array(unsafe.Offsetof(network.State), at)
	replace(mine, load(form.wide, state), g.array(unsafe.Offsetof(network.Offered), at))
	replace(mine, x, state)
}

// record2019 stores what was drawn in an adapting visit.
func (g *stage) record2019(x, z vec) {
	sign, size := g.sign(), g.size()
	at, mine := g.nodes(), g.mine(form.wide)
	a := and(x, size)
	depth := choose(is(less, x, zero(form.wide), nil), load(form.wide, g.depth(0)), load(form.wide, g.depth(1)))
	energy := xor(mul(depth, mul(mul(a, a), a)), sign)
	energy = add(energy, add(load(form.wide, g.depth(1)), whole{g.depth(0)}))
	replace(mine, energy, g.array(unsafe.Offsetof(network.Energy), at))
	store(keep(mine, energy), g.sum(sumEnergy))

	adapted := g.array(unsafe.Offsetof(network.Adapted), at)
	store(keep(mine, and(mul(sub(x, whole{adapted}), g.real(0.5)), size)), g.sum(sumChange))
	store(keep(mine, x), g.sum(sumState))
	replace(mine, x, adapted)
	replace(mine, x, g.array(unsafe.Offsetof(network.State), at))
	store(x, g.in(unsafe.Offsetof(work.X)))

	logZ := g.log(z)
	store(keep(mine, sub(xor(g.deepest(), sign), logZ)), g.sum(sumFree))
	mean := add(load(form.wide, g.side(0, unsafe.Offsetof(side_.Mean))), whole{g.side(1, unsafe.Offsetof(side_.Mean))})
	entropy := div(add(div(mean, z), logZ), g.set(unsafe.Offsetof(sweep.LogLevels)))
	store(keep(mine, entropy), g.sum(sumEntropy))
}
