package main

import (
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A sweep goes through all colour sets together, so that every few slices the arrays are
// entered at another place; a processor foresees only what follows there. So each stage
// asks memory for what a later one reads: a few lines in each round of a loop, since a
// processor drops requests where it has some two dozen.

// line is the length of a line of a cache, in bytes.
const line = 64

// fetch asks for the reals of arrays of the network at an offset in bytes.
func (g *stage) fetch(at reg.Register, arrays ...uintptr) {
	for _, array := range arrays {
		PREFETCHT0(g.array(array, at))
	}
}

// fetchNext asks for reals that the next slice has in arrays of half-edges where this one
// has those at an offset.
func (g *stage) fetchNext(at reg.Register, arrays ...uintptr) {
	there := GP64()
	MOVQ(g.scalar(unsafe.Offsetof(frame.Ahead)), there)
	ADDQ(at, there)
	g.fetch(there, arrays...)
}

// further are the half rows of the next slice that are still to be asked for.
type further struct{ at, left reg.GPVirtual }

// further begins with the first half row.
func (g *stage) further() further {
	f := further{GP64(), GP64()}
	MOVQ(g.scalar(unsafe.Offsetof(frame.Next)+unsafe.Offsetof(slice.Row)), f.at)
	SHLQ(Imm(uint64(log2(form.size))), f.at)
	MOVQ(g.scalar(unsafe.Offsetof(frame.Next)+unsafe.Offsetof(slice.Slots)), f.left)
	SHLQ(Imm(1), f.left)
	return f
}

// fetchFurther asks, in each part of a stage without slots, for its share of what the next
// slice reads at the other ends of its half-edges, and of arrays of half-edges.
func (g *stage) fetchFurther(name string, f further, ends ends, arrays ...uintptr) {
	share, parts := GP64(), parts(form.wide)
	name = g.label(name)
	MOVQ(g.scalar(unsafe.Offsetof(frame.Next)+unsafe.Offsetof(slice.Slots)), share)
	SHLQ(Imm(1), share)
	ADDQ(Imm(uint64(parts-1)), share)
	SHRQ(Imm(uint64(log2(parts))), share)
	Label(name)
	TESTQ(f.left, f.left)
	JZ(LabelRef(name + "done"))
	g.fetchEnds(f.at, ends)
	for at := 0; at < halfRow(); at += line {
		for _, array := range arrays {
			PREFETCHT0(g.array(array, f.at).Offset(at))
		}
	}
	ADDQ(Imm(uint64(halfRow())), f.at)
	DECQ(f.left)
	DECQ(share)
	JNZ(LabelRef(name))
	Label(name + "done")
}

// ends says what is asked for of the other ends: states and weights, or ids too.
type ends bool

const (
	states ends = false
	ids    ends = true
)

// fetchEnds asks for what a half row of half-edges leads to.
func (g *stage) fetchEnds(at reg.Register, what ends) {
	row, index := g.row(at), GP64()
	ask := func(array uintptr, size, length int) {
		p := g.pointer(array)
		for at := 0; at < length; at += line {
			PREFETCHT0(Mem{Base: p, Index: index, Scale: uint8(size), Disp: at})
		}
	}
	MOVLQSX(row.Offset(int(unsafe.Offsetof(row_.Neighbour))), index)
	ask(unsafe.Offsetof(network.State), form.size, halfRow())
	if what == ids {
		ask(unsafe.Offsetof(network.ID), 4, line)
	}
	MOVLQSX(row.Offset(int(unsafe.Offsetof(row_.Weight))), index)
	ask(unsafe.Offsetof(network.Weight), form.size, halfRow()+line)
}
