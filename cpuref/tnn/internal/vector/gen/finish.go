package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func finish(c *constants) {
	g := begin(c, "Finish", "stores the weights in Changes and adds up what the visits add to the sums.")
	taken := GP64()
	XORQ(taken, taken)
	g.leave()
	g.eachPart(1, "finish", func() { g.finishPart(taken) })
	g.totals()
	end()
}

// finishPart stores changed weights and sums the edges whose visits of this sweep
// are over, as sumEdges of the Go form.
func (g *stage) finishPart(taken reg.Register) {
	weight2, order := zero(1), zero(1)
	g.eachSlot("finish", func(at, s reg.GPVirtual, next string) {
		g.fetchNext(at, unsafe.Offsetof(network.Charge0), unsafe.Offsetof(network.Memory0), unsafe.Offsetof(network.Charge1), unsafe.Offsetof(network.Memory1))
		row := g.row(at)
		w := load(1, g.slot(s, unsafe.Offsetof(slot.W)))
		if form.avx512 {
			g.take(row, at, s, w, taken, next+"kept")
		}
		over := g.rowMask(row, unsafe.Offsetof(row_.Over))
		test(over)
		JZ(LabelRef(next))
		sumWhere(over, weight2, mul(w, w))
		loop := g.rowMask(row, unsafe.Offsetof(row_.Loop))
		x := g.drawn()
		v := load(1, g.slot(s, unsafe.Offsetof(slot.V)))
		subWhere(without(over, loop), order, mul(x, v))
	})
	store(weight2, g.sum(sumWeight2))
	store(order, g.sum(sumOrder))
}

// take takes the weights of a slot that changed out of Changes and stores them.
func (g *stage) take(row Mem, at, s reg.Register, w vec, taken reg.Register, kept string) {
	changing := loadMask(1, g.slot(s, unsafe.Offsetof(slot.Changing)))
	test(changing)
	JZ(LabelRef(kept))
	dense := load(1, g.changed(unsafe.Offsetof(changed.W), taken))
	by[instruction](VPEXPANDD, VPEXPANDQ)(dense[0], changing[0], w[0])
	word := bitsOf(changing)
	POPCNTL(word, word)
	ADDQ(word.As64(), taken)
	scattered(row, kept+"scattered")
	for _, behind := range []bool{false, true} {
		k, to := g.lead(row, changing, behind, true, unsafe.Offsetof(network.Weight))
		copy_()(w[0], k[0], to)
	}
	JMP(LabelRef(kept))
	Label(kept + "scattered")
	index := indices(g.words(unsafe.Offsetof(network.WeightOf), at))
	by(VSCATTERDPS, VSCATTERDPD)(w[0], changing[0], Mem{Base: g.pointer(unsafe.Offsetof(network.Weight)), Index: index, Scale: uint8(form.size)})
	Label(kept)
}

// totals adds neighbouring lanes of every sum in pairs, then the results in pairs,
// and so on, as fmath.Total.
func (g *stage) totals() {
	if form.avx512 {
		g.totalsByPermutation()
		return
	}
	to := g.totalAt(0)
	if form.size == 8 {
		for i := range sums {
			store128(g.quads(i), to.Offset(8*i), true)
		}
		return
	}
	for i := 0; i < sums; i += 4 {
		var eights [4]reg.VecVirtual // of each sum, four sums of eight lanes
		for j := range eights {
			eights[j] = g.eights(i + j)
		}
		store128(pairs128(pairs128(eights[0], eights[1]), pairs128(eights[2], eights[3])), to.Offset(4*i), false)
	}
}

// totalAt is where the total of a sum goes.
func (g *stage) totalAt(i int) Mem {
	return Mem{Base: g.work, Disp: scale(unsafe.Offsetof(work.Totals)) + i*form.size}
}

// lanesOfSum is register i of a sum.
func (g *stage) lanesOfSum(sum, i int) Mem {
	return Mem{Base: g.work, Disp: scale(unsafe.Offsetof(work.Sums)+uintptr(sum)*reals) + i*form.bytes}
}

// pairs adds neighbouring lanes of two registers; those of a 128-bit half stay in it.
func pairs(a reg.VecVirtual, b Op) reg.VecVirtual {
	d := YMM()
	by(VHADDPS, VHADDPD)(b, a, d)
	return d
}

func pairs128(a, b reg.VecVirtual) reg.VecVirtual {
	d := XMM()
	by(VHADDPS, VHADDPD)(b, a, d)
	return d
}

// halves adds the two 128-bit halves of a register.
func halves(a reg.VecVirtual) reg.VecVirtual {
	high, d := XMM(), XMM()
	VEXTRACTF128(Imm(1), a, high)
	by[instruction](VADDPS, VADDPD)(high, a.AsX(), d)
	return d
}

// eights gives, in single precision, the four sums of eight lanes each of one of the sums.
func (g *stage) eights(sum int) reg.VecVirtual {
	four := func(i int) reg.VecVirtual { return pairs(load(1, g.lanesOfSum(sum, i))[0], g.lanesOfSum(sum, i+1)) }
	return halves(pairs(four(0), four(2)))
}

// quads is the total of a sum in double precision: of two registers, halves of pairs
// are the sums of four lanes each.
func (g *stage) quads(sum int) reg.VecVirtual {
	two := func(i int) reg.VecVirtual {
		return halves(pairs(load(1, g.lanesOfSum(sum, i))[0], g.lanesOfSum(sum, i+1)))
	}
	all := pairs128(pairs128(two(0), two(2)), pairs128(two(4), two(6)))
	return pairs128(all, all)
}

// store128 stores a register, or its first lane.
func store128(a reg.VecVirtual, to Mem, first bool) {
	if first {
		VMOVSD(a, to)
	} else {
		VMOVUPS(a, to)
	}
}

// totalsByPermutation merges two vectors into one in each round, until the lanes are the
// totals.
func (g *stage) totalsByPermutation() {
	even, odd := load(1, g.evens), load(1, g.odds)
	fold := func(a, b vec) vec {
		low, high := clone(even), clone(odd)
		by[instruction](VPERMI2PS, VPERMI2PD)(b[0], a[0], low[0])
		by[instruction](VPERMI2PS, VPERMI2PD)(b[0], a[0], high[0])
		return add(low, high)
	}
	var rows []vec
	for i := range sums {
		var parts []vec
		for j := range scale(reals) / form.bytes {
			parts = append(parts, load(1, g.lanesOfSum(i, j)))
		}
		for len(parts) > 1 {
			for j := range len(parts) / 2 {
				parts[j] = fold(parts[2*j], parts[2*j+1])
			}
			parts = parts[:len(parts)/2]
		}
		rows = append(rows, parts[0])
	}
	for len(rows) > (sums+form.lanes()-1)/form.lanes() {
		var next []vec
		for i := 0; i < len(rows); i += 2 {
			next = append(next, fold(rows[i], rows[min(i+1, len(rows)-1)]))
		}
		rows = next
	}
	for i, row := range rows {
		store(row, g.totalAt(i*form.lanes()))
	}
}
