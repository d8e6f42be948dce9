package main

import (
	mathbits "math/bits"
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Comparisons. Those named not are true of what is not a number.
const (
	equal      = 0x00
	less       = 0x11
	lessEqual  = 0x12
	notEqual   = 0x04
	notLess    = 0x15
	notGreater = 0x1a
	atLeast    = 0x1d
	greater    = 0x1e
)

// is compares reals. If within is not nil, only its lanes can be set.
func is(how uint64, a vec, b any, within mask) mask {
	compare := operation{by[instruction](VCMPPS, VCMPPD), by[instruction](VCMPPS_BCST, VCMPPD_BCST)}
	numbered := func(op instruction) instruction {
		return func(ops ...Op) { op(append([]Op{Imm(how)}, ops...)...) }
	}
	compare = operation{numbered(compare.op), numbered(compare.broadcast)}
	d := make(mask, len(a))
	for i := range a {
		d[i] = maskRegister()
		if within != nil && form.avx512 {
			compare.emit(i, b, a[i], within[i], d[i])
		} else {
			compare.emit(i, b, a[i], d[i])
		}
	}
	if within != nil && !form.avx512 {
		return both(d, within)
	}
	return d
}

// minus is the mask of the lanes whose sign bit is set.
func minus(a vec) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = maskRegister()
		switch {
		case form.avx512:
			by(VPMOVD2M, VPMOVQ2M)(a[i], d[i])
		case form.size == 4:
			VPSRAD(Imm(31), a[i], d[i])
		default:
			VPCMPGTQ(a[i], zero(1)[0], d[i])
		}
	}
	return d
}

type logic struct {
	words, bytes func(a, b, d Op) // of opmasks, for 16 lanes and for 8
	lanes        instruction
}

// combine combines masks.
func (l logic) combine(a, b mask) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = maskRegister()
		if form.avx512 {
			by(l.words, l.bytes)(b[i], a[i], d[i])
		} else {
			l.lanes(b[i], a[i], d[i])
		}
	}
	return d
}

func both(a, b mask) mask    { return logic{KANDW, KANDB, VANDPS}.combine(a, b) }
func either(a, b mask) mask  { return logic{KORW, KORB, VORPS}.combine(a, b) }
func differ(a, b mask) mask  { return logic{KXORW, KXORB, VXORPS}.combine(a, b) }
func without(b, a mask) mask { return logic{KANDNW, KANDNB, VANDNPS}.combine(a, b) } // b and not a

func (c *constants) agree(a, b mask) mask {
	if form.avx512 {
		return logic{KXNORW, KXNORB, nil}.combine(a, b)
	}
	return c.not(differ(a, b))
}

func (c *constants) not(a mask) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = maskRegister()
		if form.avx512 {
			by(KNOTW, KNOTB)(a[i], d[i])
		} else {
			VXORPS(c.ones().at, a[i], d[i])
		}
	}
	return d
}

func moveMask() func(a, b Op) { return by(KMOVW, KMOVB) }

// narrow assigns a mask to another one.
func narrow(a, b mask) {
	for i := range a {
		if form.avx512 {
			moveMask()(b[i], a[i])
		} else {
			VMOVAPS(b[i], a[i])
		}
	}
}

// everywhere is the mask of all lanes.
func everywhere(n int) mask {
	d := make(mask, n)
	for i := range d {
		d[i] = maskRegister()
		opcode, isa := "VPCMPEQD", "AVX2"
		if form.avx512 {
			opcode, isa = by("KXNORW", "KXNORB"), by("AVX512F", "AVX512DQ")
		}
		// What the register held does not matter, which avo does not know.
		Instruction(&ir.Instruction{
			Opcode: opcode, ISA: []string{isa}, Operands: []Op{d[i], d[i], d[i]}, Outputs: []Op{d[i]},
		})
	}
	return d
}

// loadMask loads a mask of the Work or of a Slot.
func loadMask(n int, from Mem) mask {
	d := make(mask, n)
	for i := range d {
		d[i] = maskRegister()
		if form.avx512 {
			moveMask()(from.Offset(form.bytes*i), d[i])
		} else {
			VMOVUPS(from.Offset(form.bytes*i), d[i])
		}
	}
	return d
}

func storeMask(a mask, to Mem) {
	for i := range a {
		if form.avx512 {
			word := GP32()
			moveMask()(a[i], word)
			MOVL(word, to.Offset(form.bytes*i))
		} else {
			VMOVUPS(a[i], to.Offset(form.bytes*i))
		}
	}
}

// bitsOf gives the mask of one register as bits of a word.
func bitsOf(k mask) reg.GPVirtual {
	word := GP32()
	if form.avx512 {
		moveMask()(k[0], word)
	} else {
		by(VMOVMSKPS, VMOVMSKPD)(k[0], word)
	}
	return word
}

// flags makes a mask of a flag of the sweep: all lanes or none.
func (g *stage) flags(n int, field uintptr) mask {
	d := make(mask, n)
	for i := range d {
		d[i] = loadMask(1, g.set(field).at)[0]
	}
	return d
}

// rowMask loads a mask of a Row.
func (g *stage) rowMask(row Mem, field uintptr) mask {
	if form.avx512 {
		return g.shifted(row.Offset(int(field)), halfRow())
	}
	bits := register()
	VPBROADCASTW(row.Offset(int(field)), bits)
	return g.expand(0, bits)
}

// laneMask loads a mask that has bit 0 for the first lane of the register.
func (c *constants) laneMask(from Mem) mask {
	if form.avx512 {
		k := mask{K()}
		moveMask()(from, k[0])
		return k
	}
	bits, lane, k := register(), c.bits(), YMM()
	VPBROADCASTW(from, bits)
	VPAND(lane.at, bits, bits)
	by[instruction](VPCMPEQD, VPCMPEQQ)(lane.at, bits, k)
	return mask{k}
}

// mine is the mask of the lanes that are network nodes.
func (g *stage) mine(n int) mask {
	d := make(mask, n)
	at := g.scalar(unsafe.Offsetof(frame.Mine))
	for i := range d {
		if form.avx512 {
			d[i] = g.shifted(at.Offset(i*form.lanes()/8), scale(reals))[0]
		} else {
			bits := register()
			VPBROADCASTD(at, bits)
			d[i] = g.expand(i, bits)[0]
		}
	}
	return d
}

// shifted loads the bits of this part's lanes from a mask in memory that covers so many
// bytes of reals.
func (g *stage) shifted(bits Mem, length int) mask {
	k := mask{K()}
	if g.part.at == nil {
		moveMask()(bits.Offset(g.part.known%length/form.size/8), k[0])
		return k
	}
	by, word := GP64(), GP32()
	MOVQ(g.part.at, by)
	ANDQ(U32(uint32(length-1)), by)
	SHRQ(Imm(uint64(mathbits.TrailingZeros(uint(form.size)))), by)
	MOVL(bits, word)
	SHRXL(by.As32(), word, word)
	moveMask()(word, k[0])
	return k
}

// expand makes a mask of bits that all lanes have, for register i of the part.
func (g *stage) expand(i int, bits reg.VecVirtual) mask {
	lane := g.in(unsafe.Offsetof(work.Bits)).Offset(form.bytes * i)
	k := YMM()
	VPAND(lane, bits, bits)
	by[instruction](VPCMPEQD, VPCMPEQQ)(lane, bits, k)
	return mask{k}
}

// test clears the zero flag if any lane of any of the masks is set.
func test(masks ...mask) {
	var all mask
	for _, m := range masks {
		all = append(all, m...)
	}
	sum := all[:1]
	for i := range all[1:] {
		sum = either(sum, all[1+i:][:1])
	}
	if form.avx512 {
		by(KORTESTW, KORTESTB)(sum[0], sum[0])
	} else {
		VPTEST(sum[0], sum[0])
	}
}
