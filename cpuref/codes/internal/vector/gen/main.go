// Program gen writes the assembly of package vector. Each function computes a
// formula of the Go form, for eight numbers instead of one, by emitting the
// instructions in the same order.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	addRows()
	fourProducts()
	add()
	rectify()
	gate()
	Generate()
}

// begin starts a function.
func begin(name, signature, doc string) {
	TEXT(name, attr.NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
}

func end() {
	VZEROUPPER()
	RET()
}

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// times emits a loop that runs body at least once, and counts count down to 0.
func times(label string, count reg.Register, body func()) {
	Label(label)
	body()
	DECQ(count)
	JNZ(LabelRef(label))
}

// copied copies a register into a new one.
func copied(r reg.Register) reg.GPVirtual {
	d := GP64()
	MOVQ(r, d)
	return d
}

// addRows is addRows of host/codes. It keeps some columns in registers, as many as there
// are for the most part, and takes all rows for them.
func addRows() {
	begin("AddRows", "func(sums, v, rows *float32, count, eights int)",
		"AddRows adds count rows of a matrix, each times its entry of v, to sums, row after row.")
	sums, v, rows, count, eights := param("sums"), param("v"), param("rows"), param("count"), param("eights")
	apart := copied(eights)
	SHLQ(Imm(5), apart)
	for _, columns := range []int{8, 4, 2, 1} {
		again, after := fmt.Sprintf("columns%d", columns), fmt.Sprintf("after%d", columns)
		Label(again)
		CMPQ(eights, Imm(uint64(columns)))
		JL(LabelRef(after))
		var sum []reg.VecVirtual
		for i := range columns {
			sum = append(sum, YMM())
			VMOVUPS(Mem{Base: sums, Disp: 32 * i}, sum[i])
		}
		row, x, left := copied(rows), copied(v), copied(count)
		times(fmt.Sprintf("row%d", columns), left, func() {
			factor := YMM()
			VBROADCASTSS(Mem{Base: x}, factor)
			for i := range columns {
				product := YMM()
				VMULPS(Mem{Base: row, Disp: 32 * i}, factor, product)
				VADDPS(product, sum[i], sum[i])
			}
			ADDQ(apart, row)
			ADDQ(Imm(4), x)
		})
		for i := range columns {
			VMOVUPS(sum[i], Mem{Base: sums, Disp: 32 * i})
		}
		ADDQ(U32(32*columns), sums)
		ADDQ(U32(32*columns), rows)
		SUBQ(Imm(uint64(columns)), eights)
		JMP(LabelRef(again))
		Label(after)
	}
	end()
}

// four are the addresses of four rows.
func four(first, apart reg.GPVirtual) (at [4]reg.GPVirtual) {
	at[0] = first
	for i := 1; i < 4; i++ {
		at[i] = copied(at[i-1])
		ADDQ(apart, at[i])
	}
	return at
}

// fourProducts is fourProducts of cpuref/codes.
func fourProducts() {
	begin("FourProducts", "func(row, left *float32, leftApart uintptr, right *float32, rightApart uintptr, count, eights int)",
		"FourProducts fills row with (a0 b0 + a1 b1) + (a2 b2 + a3 b3), for each of count numbers a that stand apart in left, and the numbers b that stand apart in right. Distances are in bytes.")
	row := param("row")
	left, right := four(param("left"), param("leftApart")), four(param("right"), param("rightApart"))
	count, eights := param("count"), param("eights")
	times("number", count, func() {
		var a [4]reg.VecVirtual
		for i := range a {
			a[i] = YMM()
			VBROADCASTSS(Mem{Base: left[i]}, a[i])
			ADDQ(Imm(4), left[i])
		}
		at, rest := GP64(), copied(eights)
		XORQ(at, at)
		times("eight", rest, func() {
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
	end()
}

// add adds one row to another.
func add() {
	begin("Add", "func(sums, x *float32, eights int)", "Add adds numbers to sums.")
	sums, x, eights := param("sums"), param("x"), param("eights")
	times("eight", eights, func() {
		y := YMM()
		VMOVUPS(Mem{Base: x}, y)
		VADDPS(Mem{Base: sums}, y, y)
		VMOVUPS(y, Mem{Base: sums})
		ADDQ(Imm(32), x)
		ADDQ(Imm(32), sums)
	})
	end()
}

// rectify is that of a unit: what is not above 0 becomes 0, also what is no number.
func rectify() {
	begin("Rectify", "func(h *float32, eights int)", "Rectify sets to 0 what is not above 0.")
	h, eights := param("h"), param("eights")
	zero := YMM()
	VXORPS(zero, zero, zero)
	times("eight", eights, func() {
		x := YMM()
		VMOVUPS(Mem{Base: h}, x)
		VMAXPS(zero, x, x)
		VMOVUPS(x, Mem{Base: h})
		ADDQ(Imm(32), h)
	})
	end()
}

// gate is what receive does to gradients by units.
func gate() {
	begin("Gate", "func(slopes, h *float32, least float32, eights int)",
		"Gate sets to 0 what is within least of 0, and where h is not above 0.")
	g, h, eights := param("slopes"), param("h"), param("eights")
	most, least, zero := YMM(), YMM(), YMM()
	a, err := Param("least").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, most)
	VXORPS(zero, zero, zero)
	VSUBPS(most, zero, least)
	const below, above = 0x11, 0x1e // ordered: less, greater
	times("eight", eights, func() {
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
	end()
}
