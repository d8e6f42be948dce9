package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"tnn-gpu/cpuref/tnn/internal/vector"
)

// change is plasticity.change of the Go form, for edges of kind real1 with noise.
func change(c *constants) {
	g := begin(c, "Change", "Change gives the weights of the batch their new values, with noise of kind real1.")
	at := GP64()
	XORQ(at, at)
	Label("change")
	CMPQ(at, g.in(unsafe.Offsetof(frame.Count)))
	JGE(LabelRef("changed"))
	words := g.philox([4]vec{
		load(2, g.batch(unsafe.Offsetof(batch.I), at)),
		load(2, g.batch(unsafe.Offsetof(batch.J), at)),
		fill(2, g.set(unsafe.Offsetof(sweep.Number))),
		fill(2, g.bits(1)), // rng.WeightNoise
	}, g.keys(), 4)
	w := load(2, g.batch(unsafe.Offsetof(batch.W), at))
	noise := g.normal(words[0], words[1])
	w = g.update(w, load(2, g.batch(unsafe.Offsetof(batch.Error), at)), load(2, g.batch(unsafe.Offsetof(batch.Square), at)), noise)
	twice := minus(load(2, g.batch(unsafe.Offsetof(batch.Twice), at)))
	test(twice)
	JZ(LabelRef("once"))
	noise = g.normal(words[2], words[3])
	put(twice, w, g.update(w, load(2, g.batch(unsafe.Offsetof(batch.Again), at)), load(2, g.batch(unsafe.Offsetof(batch.Square), at)), noise))
	Label("once")
	store(w, g.batch(unsafe.Offsetof(batch.W), at))
	ADDQ(U32(vector.Lanes), at)
	JMP(LabelRef("change"))
	Label("changed")
	end()
}

// update is one update of a weight.
func (g *stage) update(w, err, square, noise vec) vec {
	step := sub(mul(err, g.set(unsafe.Offsetof(sweep.G))), mul(w, g.set(unsafe.Offsetof(sweep.SizeMass))))
	w = add(w, div(step, g.set(unsafe.Offsetof(sweep.M))))
	one := fill(2, g.real(1))
	w = div(w, root(add(div(one, mul(square, g.set(unsafe.Offsetof(sweep.TwoM)))), g.real(1))))
	w = add(w, mul(noise, g.set(unsafe.Offsetof(sweep.Deviation))))
	bound := fill(2, g.set(unsafe.Offsetof(sweep.Bound)))
	return least(bound, most(xor(bound, g.bits(1<<31)), w))
}
