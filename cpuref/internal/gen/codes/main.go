// Program codes writes the assembly of package vector of cpuref/codes. Each function computes a
// formula of the Go form, for eight numbers instead of one, by emitting the
// instructions in the same order.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/internal/gen/emit"
)

func main() {
	addRows()
	fourProducts()
	add()
	rectify()
	gate()
	Generate()
}

// addRows is addRows of host/codes. It keeps some columns in registers, as many as there
// are for the most part, and takes all rows for them.
func addRows() {
	emit.Begin("AddRows", "func(sums, v, rows *float32, count, eights int)",
		"AddRows adds count rows of a matrix, each times its entry of v, to sums, row after row.")
	sums, v, rows, count, eights := emit.Integer("sums"), emit.Integer("v"), emit.Integer("rows"), emit.Integer("count"), emit.Integer("eights")
	apart := emit.Copied(eights)
	SHLQ(Imm(5), apart)
	emit.Columns(sums, rows, eights, func(label string, sum []reg.VecVirtual) {
		row, x, left := emit.Copied(rows), emit.Copied(v), emit.Copied(count)
		emit.Times(label, left, func() {
			factor := YMM()
			VBROADCASTSS(Mem{Base: x}, factor)
			for i := range sum {
				product := YMM()
				VMULPS(Mem{Base: row, Disp: 32 * i}, factor, product)
				VADDPS(product, sum[i], sum[i])
			}
			ADDQ(apart, row)
			ADDQ(Imm(4), x)
		})
	})
	emit.End()
}

// four are the addresses of four rows.
func four(first, apart reg.GPVirtual) (at [4]reg.GPVirtual) {
	at[0] = first
	for i := 1; i < 4; i++ {
		at[i] = emit.Copied(at[i-1])
		ADDQ(apart, at[i])
	}
	return at
}

// fourProducts is fourProducts of cpuref/codes.
func fourProducts() {
	emit.Begin("FourProducts", "func(row, left *float32, leftApart uintptr, right *float32, rightApart uintptr, count, eights int)",
		"FourProducts fills row with (a0 b0 + a1 b1) + (a2 b2 + a3 b3), for each of count numbers a that stand apart in left, and the numbers b that stand apart in right. Distances are in bytes.")
	row := emit.Integer("row")
	left, right := four(emit.Integer("left"), emit.Integer("leftApart")), four(emit.Integer("right"), emit.Integer("rightApart"))
	count, eights := emit.Integer("count"), emit.Integer("eights")
	emit.Times("number", count, func() {
		var a [4]reg.VecVirtual
		for i := range a {
			a[i] = YMM()
			VBROADCASTSS(Mem{Base: left[i]}, a[i])
			ADDQ(Imm(4), left[i])
		}
		at, rest := GP64(), emit.Copied(eights)
		XORQ(at, at)
		emit.Times("eight", rest, func() {
			var x [4]reg.VecVirtual
			for i := range x {
				x[i] = YMM()
				VMULPS(Mem{Base: right[i], Index: at, Scale: 1}, a[i], x[i])
			}
			VADDPS(x[1], x[0], x[0])
			VADDPS(x[3], x[2], x[2])
			VADDPS(x[2], x[0], x[0])
			VMOVUPS(x[0], Mem{Base: row})
			ADDQ(Imm(32), row)
			ADDQ(Imm(32), at)
		})
	})
	emit.End()
}

// add adds one row to another.
func add() {
	emit.Begin("Add", "func(sums, x *float32, eights int)", "Add adds numbers to sums.")
	sums, x, eights := emit.Integer("sums"), emit.Integer("x"), emit.Integer("eights")
	emit.Times("eight", eights, func() {
		y := YMM()
		VMOVUPS(Mem{Base: x}, y)
		VADDPS(Mem{Base: sums}, y, y)
		VMOVUPS(y, Mem{Base: sums})
		ADDQ(Imm(32), x)
		ADDQ(Imm(32), sums)
	})
	emit.End()
}

// rectify is that of a unit: what is not above 0 becomes 0, also what is no number.
func rectify() {
	emit.Begin("Rectify", "func(h *float32, eights int)", "Rectify sets to 0 what is not above 0.")
	h, eights := emit.Integer("h"), emit.Integer("eights")
	zero := YMM()
	VXORPS(zero, zero, zero)
	emit.Times("eight", eights, func() {
		x := YMM()
		VMOVUPS(Mem{Base: h}, x)
		VMAXPS(zero, x, x)
		VMOVUPS(x, Mem{Base: h})
		ADDQ(Imm(32), h)
	})
	emit.End()
}

// gate is what receive does to gradients by units.
func gate() {
	emit.Begin("Gate", "func(slopes, h *float32, least float32, eights int)",
		"Gate sets to 0 what is within least of 0, and where h is not above 0.")
	g, h, eights := emit.Integer("slopes"), emit.Integer("h"), emit.Integer("eights")
	most, least, zero := YMM(), YMM(), YMM()
	emit.Broadcast("least", most)
	VXORPS(zero, zero, zero)
	VSUBPS(most, zero, least)
	const below, above = 0x11, 0x1e // ordered: less, greater
	emit.Times("eight", eights, func() {
		x, small, other, open := YMM(), YMM(), YMM(), YMM()
		VMOVUPS(Mem{Base: g}, x)
		VCMPPS(Imm(below), most, x, small)
		VCMPPS(Imm(above), least, x, other)
		VANDPS(other, small, small)
		VANDNPS(x, small, x)
		VMOVUPS(Mem{Base: h}, open)
		VCMPPS(Imm(above), zero, open, open)
		VANDPS(open, x, x)
		VMOVUPS(x, Mem{Base: g})
		ADDQ(Imm(32), g)
		ADDQ(Imm(32), h)
	})
	emit.End()
}
