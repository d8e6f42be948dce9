// Package emit has what the generators share.
package emit

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Begin starts a function.
func Begin(name, signature, doc string) {
	TEXT(name, attr.NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
}

// End returns from a function.
func End() {
	VZEROUPPER()
	RET()
}

// Integer loads an argument, a pointer or 64 bits.
func Integer(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// Broadcast loads an argument of single precision into each of a register's eight lanes.
func Broadcast(name string, into reg.Register) {
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(a.Addr, into)
}

// Times emits a loop that runs body at least once, and counts count down to 0.
func Times(label string, count reg.Register, body func()) {
	Label(label)
	body()
	DECQ(count)
	JNZ(LabelRef(label))
}

// Copied copies a register into a new one.
func Copied(r reg.Register) reg.GPVirtual {
	d := GP64()
	MOVQ(r, d)
	return d
}

// Columns emits what adds rows to eights times eight sums. It keeps some columns in
// registers, as many as there are for the most part, and body takes all rows for them,
// whose places are those of rows. Its labels end with label.
func Columns(sums, rows, eights reg.Register, body func(label string, sum []reg.VecVirtual)) {
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
		body(fmt.Sprintf("row%d", columns), sum)
		for i := range columns {
			VMOVUPS(sum[i], Mem{Base: sums, Disp: 32 * i})
		}
		ADDQ(U32(32*columns), sums)
		ADDQ(U32(32*columns), rows)
		SUBQ(Imm(uint64(columns)), eights)
		JMP(LabelRef(again))
		Label(after)
	}
}
