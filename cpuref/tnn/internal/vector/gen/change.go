package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// change is plasticity.change of the Go form, for edges of kind real1 with noise.
func change(c *constants) {
	g := begin(c, "Change", "gives the weights in Changes their new values, with noise of kind real1.")
	at := GP64()
	XORQ(at, at)
	Label("change")
	CMPQ(at, g.scalar(unsafe.Offsetof(frame.Count)))
	JGE(LabelRef("changed"))
	words := g.philox([4]vec{
		load(form.wide, g.changed(unsafe.Offsetof(changed.I), at)),
		load(form.wide, g.changed(unsafe.Offsetof(changed.J), at)),
		fill(form.wide, g.set(unsafe.Offsetof(sweep.Number))),
		fill(form.wide, g.word(1)), // rng.WeightNoise
	}, g.keys(), 4)
	w := load(form.wide, g.changed(unsafe.Offsetof(changed.W), at))
	noise := g.normal(words[0], words[1])
	w = g.update(w, load(form.wide, g.changed(unsafe.Offsetof(changed.Error), at)), load(form.wide, g.changed(unsafe.Offsetof(changed.Square), at)), noise)
	twice := minus(load(form.wide, g.changed(unsafe.Offsetof(changed.Twice), at)))
	test(twice)
	JZ(LabelRef("once"))
	noise = g.normal(words[2], words[3])
	put(twice, w, g.update(w, load(form.wide, g.changed(unsafe.Offsetof(changed.Again), at)), load(form.wide, g.changed(unsafe.Offsetof(changed.Square), at)), noise))
	Label("once")
	store(w, g.changed(unsafe.Offsetof(changed.W), at))
	ADDQ(Imm(uint64(form.wide*form.lanes())), at)
	JMP(LabelRef("change"))
	Label("changed")
	end()
}

// update is one update of a weight.
func (g *stage) update(w, err, square, noise vec) vec {
	step := sub(mul(err, g.set(unsafe.Offsetof(sweep.G))), mul(w, g.set(unsafe.Offsetof(sweep.SizeMass))))
	w = add(w, div(step, g.set(unsafe.Offsetof(sweep.M))))
	one := fill(form.wide, g.real(1))
	w = div(w, root(add(div(one, mul(square, g.set(unsafe.Offsetof(sweep.TwoM)))), g.real(1))))
	w = add(w, mul(noise, g.set(unsafe.Offsetof(sweep.Deviation))))
	bound := fill(form.wide, g.set(unsafe.Offsetof(sweep.Bound)))
	return least(bound, most(xor(bound, g.sign()), w))
}
