// Program sorn writes the assembly of package vector of cpuref/sorn. Each function computes what a
// function of the Go form does, for eight sums instead of one: every sum has its terms in
// the same order.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/internal/gen/emit"
)

func main() {
	addRows()
	scale()
	Generate()
}

// addRows is excite of cpuref/sorn. It keeps some columns in registers, as many as there
// are for the most part, and takes all rows for them.
func addRows() {
	emit.Begin("AddRows", "func(sums, rows *float32, which *int32, apart uintptr, count, eights int)",
		"AddRows adds count rows of a matrix, whose numbers are in which and which stand some bytes apart, to sums, row after row.")
	sums, rows, which, apart, count, eights := emit.Integer("sums"), emit.Integer("rows"), emit.Integer("which"), emit.Integer("apart"), emit.Integer("count"), emit.Integer("eights")
	emit.Columns(sums, rows, eights, func(label string, sum []reg.VecVirtual) {
		number, left := emit.Copied(which), emit.Copied(count)
		emit.Times(label, left, func() {
			row := GP64()
			MOVLQSX(Mem{Base: number}, row)
			IMULQ(apart, row)
			ADDQ(rows, row)
			for i := range sum {
				VADDPS(Mem{Base: row, Disp: 32 * i}, sum[i], sum[i])
			}
			ADDQ(Imm(4), number)
		})
	})
	emit.End()
}

// Registers of scale. Virtual ones would be more than sixteen, which processors without
// AVX-512 do not have.
var (
	total, zero, largest, sum, squares, changed, within = reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6

	slots  = four{reg.Y7, reg.Y8, reg.Y9, reg.Y10}
	others = four{reg.Y11, reg.Y12, reg.Y13, reg.Y14}
	spare  = reg.Y15
)

// four registers have four slots of eight columns.
type four [4]reg.VecPhysical

// scale is columns.scale of cpuref/sorn.
func scale() {
	emit.Begin("Scale", "func(columns **float32, sums, squares *float32, changed, within *int32, largest float32, fours int) bool",
		"Scale divides the weights of eight columns by their sums, in four times fours slots, of which free ones are 0. It tells the sums and the sums of squares of what it makes, whether a weight of a column has changed, which is not 0 then, and how many are within 0 and the largest. Where a sum is not above 0 it does nothing, and returns false.")
	first, fours := emit.Integer("columns"), emit.Integer("fours")
	column := make([]reg.GPVirtual, 8)
	for i := range column {
		column[i] = GP64()
		MOVQ(Mem{Base: first, Disp: 8 * i}, column[i])
	}
	at, left := GP64(), emit.Copied(fours)
	XORQ(at, at)
	VXORPS(total, total, total)
	VXORPS(zero, zero, zero)
	emit.Times("add", left, func() {
		slots.load(column, at)
		slots.turn(others)
		for _, v := range slots {
			VADDPS(v, total, total)
		}
		ADDQ(Imm(16), at)
	})
	const notEqual, above, notAbove = 0x04, 0x1e, 0x12 // no number is notEqual, and none of the others
	all := GP32()
	VCMPPS(Imm(above), zero, total, spare)
	VMOVMSKPS(spare, all)
	CMPL(all, U32(0xff))
	JNE(LabelRef("refused"))

	emit.Broadcast("largest", largest)
	for _, r := range []reg.VecPhysical{sum, squares, changed, within} {
		VXORPS(r, r, r)
	}
	XORQ(at, at)
	emit.Times("divide", fours, func() {
		slots.load(column, at)
		slots.turn(others)
		for i, v := range slots {
			scaled := others[i]
			VDIVPS(total, v, scaled)
			VCMPPS(Imm(notEqual), v, scaled, spare)
			VORPS(spare, changed, changed)
			VCMPPS(Imm(above), zero, scaled, spare)
			VCMPPS(Imm(notAbove), largest, scaled, v)
			VANDPS(v, spare, spare)
			VPSUBD(spare, within, within)
			VADDPS(scaled, sum, sum)
			VMULPS(scaled, scaled, spare)
			VADDPS(spare, squares, squares)
		}
		others.turn(slots)
		others.store(column, at)
		ADDQ(Imm(16), at)
	})
	for i, r := range []reg.VecPhysical{sum, squares, changed, within} {
		VMOVUPS(r, Mem{Base: emit.Integer([]string{"sums", "squares", "changed", "within"}[i])})
	}
	result(1)
	Label("refused")
	result(0)
}

// result ends scale.
func result(v uint64) {
	r := GP8()
	MOVB(U8(v), r)
	Store(r, ReturnIndex(0))
	emit.End()
}

// load reads four slots: register i has those of columns i and i + 4.
func (f four) load(column []reg.GPVirtual, at reg.GPVirtual) {
	for i, r := range f {
		VMOVUPS(Mem{Base: column[i], Index: at, Scale: 1}, r.AsX())
		VINSERTF128(Imm(1), Mem{Base: column[i+4], Index: at, Scale: 1}, r, r)
	}
}

// store writes what load reads.
func (f four) store(column []reg.GPVirtual, at reg.GPVirtual) {
	for i, r := range f {
		VMOVUPS(r.AsX(), Mem{Base: column[i], Index: at, Scale: 1})
		VEXTRACTF128(Imm(1), r, Mem{Base: column[i+4], Index: at, Scale: 1})
	}
}

// turn swaps rows and columns of both halves: of slots of columns it makes columns of
// slots, and the other way round.
func (f four) turn(pair four) {
	VUNPCKLPS(f[1], f[0], pair[0])
	VUNPCKHPS(f[1], f[0], pair[1])
	VUNPCKLPS(f[3], f[2], pair[2])
	VUNPCKHPS(f[3], f[2], pair[3])
	const low, high = 0x44, 0xee // halves of both
	VSHUFPS(Imm(low), pair[2], pair[0], f[0])
	VSHUFPS(Imm(high), pair[2], pair[0], f[1])
	VSHUFPS(Imm(low), pair[3], pair[1], f[2])
	VSHUFPS(Imm(high), pair[3], pair[1], f[3])
}
