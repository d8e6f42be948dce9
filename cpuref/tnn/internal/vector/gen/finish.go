package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func finish(c *constants) {
	g := begin(c, "Finish", "Finish stores the weights of the batch and adds up what the visits add to the sums.")
	taken := GP64()
	XORQ(taken, taken)
	for half := range 2 {
		g.finishHalf(half, taken)
	}
	g.totals()
	end()
}

// finishHalf stores changed weights and sums the edges whose visits of this sweep
// are over, as sumEdges of the Go form.
func (g *stage) finishHalf(half int, taken reg.Register) {
	weight2, order := zero(1), zero(1)
	g.eachSlot(half, "finish", func(at, s reg.GPVirtual, next string) {
		row := g.row(at)
		w := load(1, slotReals(s, unsafe.Offsetof(slot.W), half))
		changing := loadMask(1, slotMask(s, unsafe.Offsetof(slot.Changing), half))
		kept := next + "kept"
		test(changing)
		JZ(LabelRef(kept))
		dense := load(1, g.batch(unsafe.Offsetof(batch.W), taken))
		VPEXPANDD(dense[0], changing[0], w[0])
		word := GP32()
		KMOVW(changing[0], word)
		POPCNTL(word, word)
		ADDQ(word.As64(), taken)
		scattered(row, kept+"scattered")
		for _, behind := range []bool{false, true} {
			k, to := g.part(row, changing, behind, true, unsafe.Offsetof(network.Weight))
			VMOVUPS(w[0], k[0], to)
		}
		JMP(LabelRef(kept))
		Label(kept + "scattered")
		index := load(1, g.array(unsafe.Offsetof(network.WeightOf), at))
		VSCATTERDPS(w[0], changing[0], Mem{Base: g.pointer(unsafe.Offsetof(network.Weight)), Index: index[0], Scale: 4})
		Label(kept)

		over := rowMask(row, unsafe.Offsetof(row_.Over))
		test(over)
		JZ(LabelRef(next))
		addWhere(over, weight2, mul(w, w))
		loop := rowMask(row, unsafe.Offsetof(row_.Loop))
		x := g.drawn(half)
		v := load(1, slotReals(s, unsafe.Offsetof(slot.V), half))
		subWhere(without(over, loop), order, mul(x, v))
	})
	store(weight2, g.sum(sumWeight2).Offset(64*half))
	store(order, g.sum(sumOrder).Offset(64*half))
}

// totals adds neighbouring lanes of every sum in pairs, then the results in pairs,
// and so on, as total of the Go form. In each round two vectors become one, so the
// lanes of the last one are the totals.
func (g *stage) totals() {
	even, odd := load(1, g.evens), load(1, g.odds)
	fold := func(a, b vec) vec {
		low, high := clone(even), clone(odd)
		VPERMI2PS(b[0], a[0], low[0])
		VPERMI2PS(b[0], a[0], high[0])
		return add(low, high)
	}
	var rows []vec
	for i := range uintptr(sums) {
		both := load(2, g.sum(i))
		rows = append(rows, fold(both[:1], both[1:]))
	}
	for len(rows) > 1 {
		var next []vec
		for i := 0; i < len(rows); i += 2 {
			next = append(next, fold(rows[i], rows[min(i+1, len(rows)-1)]))
		}
		rows = next
	}
	store(rows[0], g.in(unsafe.Offsetof(frame.Totals)))
}
