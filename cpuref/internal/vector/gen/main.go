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

	"tnn-gpu/cpuref/internal/vector"
)

// Only the offsets of their fields matter.
var (
	network vector.Network
	sweep   vector.Sweep
	frame   vector.Frame
	wing    vector.Wing
	slot    vector.Slot
	run     vector.Run
	batch   vector.Batch
)

func main() {
	Package("tnn-gpu/cpuref/internal/vector")
	c := newConstants()
	charge(c)
	sample(c)
	equilibrate(c)
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

// run branches where a half row of half-edges is not a run; else neighbour and
// weight are offsets into arrays, in words.
func (g *stage) run(at reg.Register, scattered string) (neighbour, weight reg.Register) {
	runs, first, firstWeight := g.pointer(unsafe.Offsetof(network.Runs)), GP64(), GP64()
	MOVQ(at, first)
	SHRQ(Imm(3), first)
	ADDQ(first, runs)
	MOVLQSX(Mem{Base: runs, Disp: int(unsafe.Offsetof(run.Weight))}, firstWeight)
	MOVLQSX(Mem{Base: runs, Disp: int(unsafe.Offsetof(run.Neighbour))}, first)
	TESTQ(first, first)
	JS(LabelRef(scattered))
	return first, firstWeight
}

// word is an array of the network from a number on.
func (g *stage) word(field uintptr, from reg.Register) Mem {
	return Mem{Base: g.pointer(field), Index: from, Scale: 4}
}

// position is the positions of half the lanes.
func (g *stage) position(half int) vec {
	first := vec{ZMM()}
	VPBROADCASTD(g.in(unsafe.Offsetof(frame.First)), first[0])
	return addInt(first, whole{g.numbers[half]})
}

// eachSlot emits body for all slots in use of half the lanes: at is where their
// half-edges are, slot the start of what half of the Slot.
func (g *stage) eachSlot(half int, label string, body func(at, slot reg.GPVirtual, next string)) {
	at, s, left := g.halfEdges(half), GP64(), GP64()
	MOVQ(g.in(unsafe.Offsetof(frame.Slot)), s)
	MOVQ(g.in(unsafe.Offsetof(frame.Used)+uintptr(8*half)), left)
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
