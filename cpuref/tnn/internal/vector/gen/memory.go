package main

import (
	"strconv"
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wordRegister holds a word of 32 bits for each lane.
func wordRegister() reg.VecVirtual {
	switch {
	case form.size == 4:
		return register()
	case form.avx512:
		return YMM()
	}
	return XMM()
}

// spread puts words of 32 bits into lanes.
func spread(a reg.VecVirtual) vec {
	if form.size == 4 {
		return vec{a}
	}
	d := register()
	VPMOVZXDQ(a, d)
	return vec{d}
}

// wordMask is a mask for a word register.
func wordMask(k mask) reg.Register {
	if form.avx512 || form.size == 4 {
		return k[0]
	}
	wide, high, d := k[0].(reg.VecVirtual), XMM(), XMM()
	VEXTRACTF128(Imm(1), wide, high)
	VSHUFPS(Imm(0x88), high, wide.AsX(), d)
	return d
}

// follow loads, from an array of reals of the network, the values of the other ends of a
// row. Lanes outside of the mask are zero.
func (g *stage) follow(row Mem, k mask, weights bool, array uintptr) vec {
	d := vec{register()}
	if form.avx512 {
		before, from := g.lead(row, k, false, weights, array)
		by(VMOVUPS_Z, VMOVUPD_Z)(from, before[0], d[0])
		behind, from := g.lead(row, k, true, weights, array)
		copy_()(from, behind[0], d[0])
		return d
	}
	g.followTo(d[0], row, k[0], weights, array, by(VMASKMOVPS, VMASKMOVPD), func(leap mask) (before, behind reg.Register) {
		return without(k, leap)[0], both(k, leap)[0]
	})
	return d
}

// followTo is follow for AVX2 in terms of load. A row without a leap, as most rows of a
// lattice are, takes one load; another takes two, with the masks that split gives.
func (g *stage) followTo(d reg.VecVirtual, row Mem, k reg.Register, weights bool, array uintptr,
	load func(from, k, d Op), split func(leap mask) (before, behind reg.Register)) {
	g.follows++
	name := "follow" + strconv.Itoa(g.follows)
	CMPW(row.Offset(int(leapOf(weights))), Imm(0))
	JNE(LabelRef(name + "leap"))
	load(g.start(row, false, weights, array), k, d)
	JMP(LabelRef(name))
	Label(name + "leap")
	rest := sized(YMM(), d).(reg.VecVirtual)
	before, behind := split(g.rowMask(row, leapOf(weights)))
	load(g.start(row, false, weights, array), before, d)
	load(g.start(row, true, weights, array), behind, rest)
	VORPS(rest, d, d)
	Label(name)
}

// followIDs is follow for the ids of nodes.
func (g *stage) followIDs(row Mem, k mask) vec {
	array := unsafe.Offsetof(network.ID)
	if form.size == 4 {
		return g.follow(row, k, false, array)
	}
	if form.avx512 {
		d := vec{register()}
		before, from := g.lead(row, k, false, false, array)
		VPMOVZXDQ_Z(from, before[0], d[0])
		behind, from := g.lead(row, k, true, false, array)
		VPMOVZXDQ(from, behind[0], d[0])
		return d
	}
	d := XMM()
	g.followTo(d, row, wordMask(k), false, array, VPMASKMOVD, func(leap mask) (before, behind reg.Register) {
		return wordMask(without(k, leap)), wordMask(both(k, leap))
	})
	return spread(d)
}

// indices loads indices into an array.
func indices(from words) reg.VecVirtual {
	r := wordRegister()
	VMOVUPS(from.at, r)
	return r
}

// gather reads reals at base[index] in the lanes of a mask, zero in others.
func gather(k mask, base reg.Register, index reg.VecVirtual) vec {
	d := zero(1)
	used := maskRegister() // the instruction clears it
	narrow(mask{used}, k)
	at := Mem{Base: base, Index: index, Scale: uint8(form.size)}
	op := by(VGATHERDPS, VGATHERDPD)
	if form.avx512 {
		op(at, used, d[0])
	} else {
		op(used, at, d[0])
	}
	return d
}

// gatherWords does so for words.
func gatherWords(k mask, base reg.Register, index reg.VecVirtual) vec {
	d := wordRegister()
	VXORPS(d, d, d)
	at := Mem{Base: base, Index: index, Scale: 4}
	if form.avx512 {
		used := mask{K()}
		narrow(used, k)
		VPGATHERDD(at, used[0], d)
	} else {
		used := wordRegister()
		VMOVAPS(wordMask(k), used)
		VPGATHERDD(used, at, d)
	}
	return spread(d)
}

// changed is the entries of an array of Changes from a number on.
func (g *stage) changed(field uintptr, from reg.Register) Mem {
	p := GP64()
	MOVQ(g.scalar(unsafe.Offsetof(frame.Changes)+field), p)
	return Mem{Base: p, Index: from, Scale: uint8(form.size)}
}

// entry has, for each lane, the values that enter puts into Changes. Forms for AVX2 need
// the index of the weight, at.
type entry struct{ i, j, at, w, once, again, square vec }

// weightsOf are the indices of the weights of a row whose weights follow one another.
func (g *stage) weightsOf(row Mem) vec {
	from := func(behind bool) vec {
		first, low := GP64(), XMM()
		at := row.Offset(int(unsafe.Offsetof(row_.Weight)))
		if behind {
			at = at.Offset(4)
		}
		MOVLQSX(at, first)
		lane := GP64()
		MOVQ(g.part.at, lane)
		ANDQ(U32(uint32(halfRow()-1)), lane)
		SHRQ(Imm(uint64(log2(form.size))), lane)
		ADDQ(lane, first)
		VMOVQ(first, low)
		d := register()
		by[instruction](VPBROADCASTD, VPBROADCASTQ)(low, d)
		return vec{d}
	}
	leap := g.rowMask(row, leapOf(true))
	return addInt(choose(leap, from(true), from(false)), g.numbers())
}

// enter appends the lanes of a mask to Changes. They belong to slot s.
func (g *stage) enter(changing, twice mask, count, s reg.Register, e entry) {
	type column struct {
		field uintptr
		value vec
	}
	columns := []column{
		{unsafe.Offsetof(changed.I), e.i}, {unsafe.Offsetof(changed.J), e.j}, {unsafe.Offsetof(changed.Twice), g.asWords(twice)},
		{unsafe.Offsetof(changed.W), e.w}, {unsafe.Offsetof(changed.Error), e.once},
		{unsafe.Offsetof(changed.Again), e.again}, {unsafe.Offsetof(changed.Square), e.square},
	}
	if form.avx512 {
		for _, c := range columns {
			dense := ZMM()
			by(VPCOMPRESSD_Z, VPCOMPRESSQ_Z)(c.value[0], changing[0], dense)
			store(vec{dense}, g.changed(c.field, count))
		}
	} else {
		columns = append(columns,
			column{unsafe.Offsetof(changed.At), e.at},
			column{unsafe.Offsetof(changed.To), g.places(s)})
		table, order := GP64(), YMM()
		LEAQ(g.dense, table)
		VPMOVZXBD(Mem{Base: table, Index: bitsOf(changing).As64(), Scale: 8}, order)
		for _, c := range columns {
			dense := YMM()
			VPERMPS(c.value[0], order, dense)
			store(vec{dense}, g.changed(c.field, count))
		}
	}
	word := bitsOf(changing)
	POPCNTL(word, word)
	ADDQ(word.As64(), count)
}

// asWords gives a mask as lanes that are all ones or zero.
func (g *stage) asWords(k mask) vec {
	if !form.avx512 {
		return vec{k[0].(reg.VecVirtual)}
	}
	ones := ZMM()
	by(VPMOVM2D, VPMOVM2Q)(k[0], ones)
	return vec{ones}
}

// places are the offsets of the weights of slot s, in bytes from the first slot.
func (g *stage) places(s reg.Register) vec {
	at, low := GP64(), XMM()
	MOVQ(s, at)
	SUBQ(g.scalar(unsafe.Offsetof(frame.Slot)), at)
	d := register()
	VMOVQ(at, low)
	by[instruction](VPBROADCASTD, VPBROADCASTQ)(low, d)
	return addInt(addInt(vec{d}, g.steps()), g.word(uint64(scale(unsafe.Offsetof(slot.W)))))
}

// steps are the offsets of the lanes of a register.
func (c *constants) steps() each { return c.multiples(form.size) }

// numbers are the lanes' numbers.
func (c *constants) numbers() each { return c.multiples(1) }

// multiples are n times the lanes' numbers.
func (c *constants) multiples(n int) each {
	return c.lanesNamed("times "+strconv.Itoa(n), func(lane int) int { return n * lane })
}

// bits has the bit of each lane.
func (c *constants) bits() each {
	return c.lanesNamed("bits", func(lane int) int { return 1 << lane })
}

// lanesNamed is lanesOf, once for each name.
func (c *constants) lanesNamed(name string, of func(lane int) int) each {
	at, known := c.named[name]
	if !known {
		at = c.lanesOf(of)
		c.named[name] = at
	}
	return each{at}
}

// changes stores the mask of the lanes whose weights in slot s change; nil stands for no
// lane. Forms for AVX2 need none, as they store weights by the indices in Changes.
func (g *stage) changes(k mask, s reg.Register) {
	if !form.avx512 {
		return
	}
	at := g.slot(s, unsafe.Offsetof(slot.Changing))
	if k != nil {
		storeMask(k, at)
		return
	}
	none := GP32()
	XORL(none, none)
	MOVL(none, at)
}

// leave stores the weights in Changes, in forms that do not do so slot by slot.
func (g *stage) leave() {
	if form.avx512 {
		return
	}
	n, count, weights, slots := GP64(), GP64(), g.pointer(unsafe.Offsetof(network.Weight)), GP64()
	XORQ(n, n)
	MOVQ(g.scalar(unsafe.Offsetof(frame.Count)), count)
	MOVQ(g.scalar(unsafe.Offsetof(frame.Slot)), slots)
	Label("leave")
	CMPQ(n, count)
	JGE(LabelRef("left"))
	w, at, to := GP64(), GP64(), GP64()
	column := func(field uintptr) Mem { return g.changed(field, n) }
	if form.size == 8 {
		MOVQ(column(unsafe.Offsetof(changed.W)), w)
		MOVQ(column(unsafe.Offsetof(changed.At)), at)
		MOVQ(column(unsafe.Offsetof(changed.To)), to)
		MOVQ(w, Mem{Base: weights, Index: at, Scale: 8})
		MOVQ(w, Mem{Base: slots, Index: to, Scale: 1})
	} else {
		MOVL(column(unsafe.Offsetof(changed.W)), w.As32())
		MOVL(column(unsafe.Offsetof(changed.At)), at.As32())
		MOVL(column(unsafe.Offsetof(changed.To)), to.As32())
		MOVL(w.As32(), Mem{Base: weights, Index: at, Scale: 4})
		MOVL(w.As32(), Mem{Base: slots, Index: to, Scale: 1})
	}
	INCQ(n)
	JMP(LabelRef("leave"))
	Label("left")
}
