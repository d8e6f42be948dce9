package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec is a value for 16 lanes, or for more in several registers.
type vec []reg.VecVirtual

// mask is a truth for each lane of a vec.
type mask []reg.OpmaskVirtual

// each is one value for all lanes, in memory.
type each struct{ at Mem }

// whole is a value for 16 lanes or more, in memory.
type whole struct{ at Mem }

func (w whole) part(i int) Mem { return w.at.Offset(64 * i) }

// constants is the table of the constants in use.
type constants struct {
	table       Mem
	at          map[uint64]int
	end         int
	evens, odds Mem // the even and the odd lanes of two vectors, for VPERMI2PS
}

func newConstants() *constants {
	c := &constants{table: GLOBL("constants", attr.RODATA|attr.NOPTR), at: map[uint64]int{}}
	c.evens = c.words(func(lane uint32) uint32 { return 2 * lane })
	c.odds = c.words(func(lane uint32) uint32 { return 2*lane + 1 })
	return c
}

// words is a table of a word for each lane.
func (c *constants) words(of func(lane uint32) uint32) Mem {
	at := c.end
	for lane := range uint32(16) {
		DATA(at+4*int(lane), U32(of(lane)))
	}
	c.end += 64
	return c.table.Offset(at)
}

func (c *constants) word(bits uint64, value Constant) each {
	at, known := c.at[bits]
	if !known {
		at = c.end
		c.at[bits] = at
		DATA(at, value)
		c.end += 8
	}
	return each{c.table.Offset(at)}
}

// real is a constant.
func (c *constants) real(x float32) each { return c.bits(math.Float32bits(x)) }

// bits is an integer constant.
func (c *constants) bits(x uint32) each { return c.word(uint64(x), U64(x)) }

type instruction = func(...Op)

// apply computes a op b. Go's assembler has the operands in reverse.
func apply(op, broadcast instruction, a vec, b any) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = ZMM()
		switch b := b.(type) {
		case vec:
			op(b[i], a[i], d[i])
		case whole:
			op(b.part(i), a[i], d[i])
		case each:
			broadcast(b.at, a[i], d[i])
		}
	}
	return d
}

func add(a vec, b any) vec      { return apply(VADDPS, VADDPS_BCST, a, b) }
func sub(a vec, b any) vec      { return apply(VSUBPS, VSUBPS_BCST, a, b) }
func mul(a vec, b any) vec      { return apply(VMULPS, VMULPS_BCST, a, b) }
func div(a vec, b any) vec      { return apply(VDIVPS, VDIVPS_BCST, a, b) }
func and(a vec, b any) vec      { return apply(VPANDD, VPANDD_BCST, a, b) }
func andNot(a vec, b any) vec   { return apply(VPANDND, VPANDND_BCST, a, b) } // b without the bits of a
func or(a vec, b any) vec       { return apply(VPORD, VPORD_BCST, a, b) }
func xor(a vec, b any) vec      { return apply(VPXORD, VPXORD_BCST, a, b) }
func addInt(a vec, b any) vec   { return apply(VPADDD, VPADDD_BCST, a, b) }
func subInt(a vec, b any) vec   { return apply(VPSUBD, VPSUBD_BCST, a, b) }
func multiply(a vec, b any) vec { return apply(VPMULUDQ, VPMULUDQ_BCST, a, b) } // even words, to 64 bits

// least and most give b where it is not a number.
func least(a vec, b any) vec { return apply(VMINPS, VMINPS_BCST, a, b) }
func most(a vec, b any) vec  { return apply(VMAXPS, VMAXPS_BCST, a, b) }

// unary applies an instruction of one operand.
func unary(op instruction, a vec) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = ZMM()
		op(a[i], d[i])
	}
	return d
}

// by applies an instruction that has a number besides.
func by(op instruction, n uint64, a vec) vec {
	return unary(func(ops ...Op) { op(append([]Op{Imm(n)}, ops...)...) }, a)
}

func root(a vec) vec   { return unary(VSQRTPS, a) }
func toReal(a vec) vec { return unary(VCVTDQ2PS, a) }
func floor(a vec) vec  { return by(VRNDSCALEPS, 9, a) }

// assign sets a to b.
func assign(a, b vec) {
	for i := range a {
		VMOVAPS(b[i], a[i])
	}
}

func clone(a vec) vec           { return unary(func(ops ...Op) { VMOVAPS(ops...) }, a) }
func left(n uint64, a vec) vec  { return by(VPSLLD, n, a) }
func right(n uint64, a vec) vec { return by(VPSRLD, n, a) }

// zero is +0, or the integer 0.
func zero(n int) vec {
	d := make(vec, n)
	for i := range d {
		d[i] = ZMM()
		VXORPS(d[i], d[i], d[i])
	}
	return d
}

// fill has one value in all lanes.
func fill(n int, x each) vec {
	r := ZMM()
	VBROADCASTSS(x.at, r)
	d := make(vec, n)
	for i := range d {
		d[i] = r
	}
	return d
}

func load(n int, from Mem) vec {
	d := make(vec, n)
	for i := range d {
		d[i] = ZMM()
		VMOVUPS(from.Offset(64*i), d[i])
	}
	return d
}

// loadWhere gives zero in other lanes.
func loadWhere(k mask, from Mem) vec {
	d := make(vec, len(k))
	for i := range d {
		d[i] = ZMM()
		VMOVUPS_Z(from.Offset(64*i), k[i], d[i])
	}
	return d
}

func store(a vec, to Mem) {
	for i := range a {
		VMOVUPS(a[i], to.Offset(64*i))
	}
}

// replace stores a in the lanes of a mask. It writes all lanes: masked stores are
// slow on some processors.
func replace(k mask, a vec, to Mem) {
	for i := range a {
		old := ZMM()
		VMOVUPS(to.Offset(64*i), old)
		VMOVAPS(a[i], k[i], old)
		VMOVUPS(old, to.Offset(64*i))
	}
}

// keep is a where the mask is set, else zero.
func keep(k mask, a vec) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = ZMM()
		VMOVAPS_Z(a[i], k[i], d[i])
	}
	return d
}

// choose is yes where the mask is set, else no.
func choose(k mask, yes, no vec) vec {
	d := make(vec, len(yes))
	for i := range yes {
		d[i] = ZMM()
		// avo takes d for an input too.
		Instruction(&ir.Instruction{
			Opcode: "VBLENDMPS", ISA: []string{"AVX512F"},
			Operands: []Op{yes[i], no[i], k[i], d[i]}, Inputs: []Op{yes[i], no[i], k[i]}, Outputs: []Op{d[i]},
		})
	}
	return d
}

// put changes a to b where the mask is set.
func put(k mask, a, b vec) {
	for i := range a {
		VMOVAPS(b[i], k[i], a[i])
	}
}

// where changes a to a op b in the lanes of a mask.
func where(op, broadcast instruction, k mask, a vec, b any) {
	for i := range a {
		switch b := b.(type) {
		case vec:
			op(b[i], a[i], k[i], a[i])
		case whole:
			op(b.part(i), a[i], k[i], a[i])
		case each:
			broadcast(b.at, a[i], k[i], a[i])
		}
	}
}

func addWhere(k mask, a vec, b any) { where(VADDPS, VADDPS_BCST, k, a, b) }
func subWhere(k mask, a vec, b any) { where(VSUBPS, VSUBPS_BCST, k, a, b) }
func mulWhere(k mask, a vec, b any) { where(VMULPS, VMULPS_BCST, k, a, b) }

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
	intLess    = 1
	intAtMost  = 2
	intEqual   = 0
	intAtLeast = 5
)

// is compares reals, among the lanes of within if that is not nil.
func is(how uint64, a vec, b any, within mask) mask {
	return compare(VCMPPS, VCMPPS_BCST, how, a, b, within)
}

// isInt compares signed integers.
func isInt(how uint64, a vec, b any, within mask) mask {
	return compare(VPCMPD, VPCMPD_BCST, how, a, b, within)
}

func compare(op, broadcast instruction, how uint64, a vec, b any, within mask) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = K()
		var ops []Op
		switch b := b.(type) {
		case vec:
			ops = []Op{Imm(how), b[i], a[i]}
		case whole:
			ops = []Op{Imm(how), b.part(i), a[i]}
		case each:
			ops = []Op{Imm(how), b.at, a[i]}
		}
		if within != nil {
			ops = append(ops, within[i])
		}
		ops = append(ops, d[i])
		if _, one := b.(each); one {
			broadcast(ops...)
		} else {
			op(ops...)
		}
	}
	return d
}

// minus tells the signs.
func minus(a vec) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = K()
		VPMOVD2M(a[i], d[i])
	}
	return d
}

// logic combines masks.
func logic(op func(a, b, d Op), a, b mask) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = K()
		op(b[i], a[i], d[i])
	}
	return d
}

func both(a, b mask) mask    { return logic(KANDW, a, b) }
func either(a, b mask) mask  { return logic(KORW, a, b) }
func differ(a, b mask) mask  { return logic(KXORW, a, b) }
func agree(a, b mask) mask   { return logic(KXNORW, a, b) }
func without(b, a mask) mask { return logic(KANDNW, a, b) } // b and not a

func not(a mask) mask {
	d := make(mask, len(a))
	for i := range a {
		d[i] = K()
		KNOTW(a[i], d[i])
	}
	return d
}

func loadMask(n int, from Mem) mask {
	d := make(mask, n)
	for i := range d {
		d[i] = K()
		KMOVW(from.Offset(4*i), d[i])
	}
	return d
}

func storeMask(a mask, to Mem) {
	for i := range a {
		word := GP32()
		KMOVW(a[i], word)
		MOVL(word, to.Offset(4*i))
	}
}

// test leaves the zero flag clear if a lane of any mask is set.
func test(masks ...mask) {
	var all []reg.OpmaskVirtual
	for _, m := range masks {
		all = append(all, m...)
	}
	sum := all[0]
	for _, k := range all[1:] {
		next := K()
		KORW(k, sum, next)
		sum = next
	}
	KORTESTW(sum, sum)
}

// gather reads base[index] in the lanes of a mask, zero in others.
func gather(op func(index, k, d Op), k mask, base reg.Register, index vec) vec {
	d := zero(len(k))
	for i := range d {
		used := K() // the instruction clears it
		KMOVW(k[i], used)
		op(Mem{Base: base, Index: index[i], Scale: 4}, used, d[i])
	}
	return d
}
