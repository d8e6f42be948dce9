// Program gen writes the assembly of package vector. Each function here computes a
// formula of the Go form, for vectors of lanes instead of numbers, by emitting the
// instructions in the same order.
package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/tnn/internal/vector"
)

// Only the offsets of their fields matter.
var (
	network vector.Network
	sweep   vector.Sweep
	frame   vector.Frame
	wing    vector.Wing
	side_   vector.Side
	slot    vector.Slot
	row_    vector.Row
	batch   vector.Batch
)

func main() {
	Package("tnn-gpu/cpuref/tnn/internal/vector")
	c := newConstants()
	charge(c)
	sample(c)
	equilibrate(c)
	charge2019(c)
	sample2019(c)
	relax(c)
	change(c)
	finish(c)
	Generate()
}

// stage is a function that is being written.
type stage struct {
	*constants
	network, sweep, frame reg.Register
}

// begin starts a function of all three arguments.
func begin(c *constants, name, doc string) *stage {
	TEXT(name, attr.NOSPLIT, "func(n *Network, s *Sweep, f *Frame)")
	Pragma("noescape")
	Doc(doc)
	return &stage{c, Load(Param("n"), GP64()), Load(Param("s"), GP64()), Load(Param("f"), GP64())}
}

func end() {
	VZEROUPPER()
	RET()
}

// set is a parameter of the sweep.
func (g *stage) set(field uintptr) each { return each{Mem{Base: g.sweep, Disp: int(field)}} }

// in is a field of the frame.
func (g *stage) in(field uintptr) Mem { return Mem{Base: g.frame, Disp: int(field)} }

// half is the part of a Reals, or of another array of the frame, that belongs to
// half the lanes.
func (g *stage) half(field uintptr, half int) Mem { return g.in(field).Offset(64 * half) }

// flag sets the zero flag where a flag of the sweep is not set.
func (g *stage) flag(field uintptr) { CMPL(g.set(field).at, Imm(0)) }

// pointer loads one of the network's pointers.
func (g *stage) pointer(field uintptr) reg.GPVirtual {
	p := GP64()
	MOVQ(Mem{Base: g.network, Disp: int(field)}, p)
	return p
}

// array is the part of an array of the network that begins at an offset in bytes.
func (g *stage) array(field uintptr, at reg.Register) Mem {
	return Mem{Base: g.pointer(field), Index: at, Scale: 1}
}

// nodes is the offset of a slice's nodes, in bytes.
func (g *stage) nodes() reg.GPVirtual {
	at := GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.First)), at)
	SHLQ(Imm(2), at)
	return at
}

// halfEdges is the offset of the first half-edges of half a slice.
func (g *stage) halfEdges(half int) reg.GPVirtual {
	at := GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.Row)), at)
	SHLQ(Imm(2), at)
	ADDQ(U32(64*half), at)
	return at
}

// row is the Row of half-edges at an offset in bytes.
func (g *stage) row(at reg.Register) Mem {
	rows, offset := g.pointer(unsafe.Offsetof(network.Rows)), GP64()
	MOVQ(at, offset)
	SHRQ(Imm(1), offset) // 32 bytes for 16 half-edges of 4 bytes
	return Mem{Base: rows, Index: offset, Scale: 1}
}

// rowMask is a mask of a row.
func rowMask(row Mem, field uintptr) mask {
	k := mask{K()}
	KMOVW(row.Offset(int(field)), k[0])
	return k
}

// part is the lanes of a mask before the leap in a row, or behind it, and where an
// array of the network has their values.
func (g *stage) part(row Mem, k mask, behind, weights bool, array uintptr) (mask, Mem) {
	first, leap := unsafe.Offsetof(row_.Neighbour), unsafe.Offsetof(row_.Leap)
	if weights {
		first, leap = unsafe.Offsetof(row_.Weight), leap+2
	}
	within := without
	if behind {
		first, within = first+4, both
	}
	index := GP64()
	MOVLQSX(row.Offset(int(first)), index)
	return within(k, rowMask(row, leap)), Mem{Base: g.pointer(array), Index: index, Scale: 4}
}

// follow reads an array of the network where a row leads to, zero in lanes that are
// not in the mask.
func (g *stage) follow(row Mem, k mask, weights bool, array uintptr) vec {
	before, from := g.part(row, k, false, weights, array)
	d := loadWhere(before, from)
	behind, from := g.part(row, k, true, weights, array)
	VMOVUPS(from, behind[0], d[0])
	return d
}

// scattered branches where a row does not lead anywhere.
func scattered(row Mem, label string) {
	CMPL(row.Offset(int(unsafe.Offsetof(row_.Neighbour))), Imm(0))
	JL(LabelRef(label))
}

// eachSlot emits body for all slots of half the lanes: at is where their
// half-edges are, slot the start of what half of the Slot.
func (g *stage) eachSlot(half int, label string, body func(at, slot reg.GPVirtual, next string)) {
	at, s, left := g.halfEdges(half), GP64(), GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.Slot)), s)
	MOVQ(g.in(unsafe.Offsetof(frame.Slots)), left)
	name := label + string(rune('0'+half))
	TESTQ(left, left)
	JZ(LabelRef(name + "done"))
	Label(name)
	body(at, s, name+"next")
	Label(name + "next")
	ADDQ(U32(4*vector.Lanes), at)
	ADDQ(U32(unsafe.Sizeof(slot)), s)
	DECQ(left)
	JNZ(LabelRef(name))
	Label(name + "done")
}

func slotReals(s reg.Register, field uintptr, half int) Mem {
	return Mem{Base: s, Disp: int(field) + 64*half}
}

func slotMask(s reg.Register, field uintptr, half int) Mem {
	return Mem{Base: s, Disp: int(field) + 4*half}
}
