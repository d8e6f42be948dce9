package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// line is the length of a line of a cache, in bytes.
const line = 64

// Slices, as offsets in the frame.
const (
	hereSlice = unsafe.Offsetof(frame.Here)
	nextSlice = unsafe.Offsetof(frame.Next)
)

// fetch asks memory for what a slice has in arrays of half-edges. A processor foresees
// only what is behind the first slices of a run, and takes a few dozen requests at a
// time: hence each stage asks for some of what a later one reads.
func (g *stage) fetch(label string, of uintptr, arrays ...uintptr) {
	lines := GP64()
	MOVQ(g.scalar(of+unsafe.Offsetof(slice.Slots)), lines)
	SHLQ(Imm(by[uint64](1, 2)), lines)
	g.fetchLines(label, of+unsafe.Offsetof(slice.Row), lines, arrays)
}

// fetchNodes does so for arrays of nodes.
func (g *stage) fetchNodes(label string, of uintptr, arrays ...uintptr) {
	lines := GP64()
	MOVQ(U32(uint32(scale(reals)/line)), lines)
	g.fetchLines(label, of+unsafe.Offsetof(slice.First), lines, arrays)
}

func (g *stage) fetchLines(label string, from uintptr, lines reg.GPVirtual, arrays []uintptr) {
	at := g.fetchFrom(from)
	var starts []reg.Register
	for _, a := range arrays {
		starts = append(starts, g.pointer(a))
	}
	g.while(label, lines, func() {
		for _, p := range starts {
			PREFETCHT0(Mem{Base: p, Index: at, Scale: 1})
		}
		ADDQ(Imm(line), at)
	})
}

func (g *stage) fetchFrom(from uintptr) reg.GPVirtual {
	at := GP64()
	MOVQ(g.scalar(from), at)
	SHLQ(Imm(by[uint64](2, 3)), at)
	return at
}

// fetchRows does so for the rows of the next slice.
func (g *stage) fetchRows(label string) {
	at, lines, rows := g.fetchFrom(nextSlice+unsafe.Offsetof(slice.Row)), GP64(), g.pointer(unsafe.Offsetof(network.Rows))
	SHRQ(Imm(by[uint64](1, 2)), at)
	MOVQ(g.scalar(nextSlice+unsafe.Offsetof(slice.Slots)), lines)
	g.while(label, lines, func() {
		PREFETCHT0(Mem{Base: rows, Index: at, Scale: 1})
		ADDQ(Imm(line), at)
	})
}

// while emits body for a loop that counts down.
func (g *stage) while(label string, left reg.GPVirtual, body func()) {
	TESTQ(left, left)
	JZ(LabelRef(label + "fetched"))
	Label(label)
	body()
	DECQ(left)
	JNZ(LabelRef(label))
	Label(label + "fetched")
}

// fetchOthers asks memory for what the next slice reads at the other ends of its
// half-edges: arrays of nodes, and the weights.
func (g *stage) fetchOthers(label string) {
	at, halves := g.fetchFrom(nextSlice+unsafe.Offsetof(slice.Row)), GP64()
	MOVQ(g.scalar(nextSlice+unsafe.Offsetof(slice.Slots)), halves)
	SHLQ(Imm(1), halves)
	row := g.row(at)
	state, ids, weights := g.pointer(unsafe.Offsetof(network.State)), g.pointer(unsafe.Offsetof(network.ID)), g.pointer(unsafe.Offsetof(network.Weight))
	g.while(label, halves, func() {
		index := GP64()
		MOVLQSX(row.Offset(int(unsafe.Offsetof(row_.Neighbour))), index)
		for at := 0; at < halfRow(); at += line {
			PREFETCHT0(Mem{Base: state, Index: index, Scale: uint8(form.size), Disp: at})
		}
		PREFETCHT0(Mem{Base: ids, Index: index, Scale: 4})
		MOVLQSX(row.Offset(int(unsafe.Offsetof(row_.Weight))), index)
		for at := 0; at <= halfRow(); at += line {
			PREFETCHT0(Mem{Base: weights, Index: index, Scale: uint8(form.size), Disp: at})
		}
		ADDQ(Imm(uint64(unsafe.Sizeof(row_))), row.Index)
	})
}
