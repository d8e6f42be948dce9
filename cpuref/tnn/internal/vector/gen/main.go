// Program gen writes the assembly of a form of package vector. Each function here
// computes a formula of the Go form, for vectors of lanes instead of numbers, by
// emitting the instructions in the same order. What a form is stands in lanes.go.
package main

import (
	"log"
	"math/bits"
	"os"
	"unsafe"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"

	"tnn-gpu/cpuref/tnn/internal/vector"
)

// Only the offsets of their fields matter. Those of work, wing, side and slot are
// twice as large in double precision.
var (
	network vector.Network[float32]
	sweep   vector.Sweep[float32]
	frame   vector.Frame[float32]
	slice   vector.Slice
	work    vector.Work[float32]
	wing    vector.Wing[float32]
	side_   vector.Side[float32]
	slot    vector.Slot[float32]
	changed vector.Changes[float32]
	row_    vector.Row
)

const reals = unsafe.Sizeof(vector.Reals[float32]{})

func main() {
	// avo reads the flags, and opens what it writes then; Package reads it before.
	name := os.Args[1]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	var known bool
	if form, known = forms[name]; !known {
		log.Fatalf("there is no form %q", name)
	}
	pass.Compile = compile
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

// stage is a function that is being written. What it emits is for one part of the
// slice's lanes after the other.
type stage struct {
	*constants
	network, sweep, frame, work reg.Register
	part                        part
}

// part is the lanes that a stage is at.
type part struct {
	name   string       // which labels end with
	at     reg.Register // the offset of its first lane, in bytes, or nil where it is known
	known  int
	moving reg.Register // the start of the work, moved by at
}

// begin starts a function of all three arguments.
func begin(c *constants, name, doc string) *stage {
	TEXT(name+form.suffix, attr.NOSPLIT, "func(n *Network["+form.real+"], s *Sweep["+form.real+"], f *Frame["+form.real+"])")
	Pragma("noescape")
	Doc(name + form.suffix + " " + doc)
	g := &stage{constants: c, network: Load(Param("n"), GP64()), sweep: Load(Param("s"), GP64()), frame: Load(Param("f"), GP64())}
	work := GP64()
	MOVQ(g.scalar(unsafe.Offsetof(frame.Work)), work)
	g.work = work
	spills[name+form.suffix] = Mem{Base: work, Disp: scale(unsafe.Offsetof(vector.Work[float32]{}.Spill))}
	return g
}

func end() {
	VZEROUPPER()
	RET()
}

// eachPart emits body for all lanes, n registers at a time.
func (g *stage) eachPart(n int, label string, body func()) {
	step := n * form.bytes
	all := scale(reals)
	if form.copies {
		for at := 0; at < all; at += step {
			g.part = part{name: string(rune('0' + at/step)), known: at, moving: g.work}
			body()
		}
		return
	}
	at, moving := GP64(), GP64()
	XORQ(at, at)
	MOVQ(g.work, moving)
	g.part = part{at: at, moving: moving}
	Label(label + "part")
	body()
	ADDQ(U32(uint32(step)), moving)
	ADDQ(U32(uint32(step)), at)
	CMPQ(at, U32(uint32(all)))
	JNE(LabelRef(label + "part"))
}

// label is a name of this part's own.
func (g *stage) label(name string) string { return name + g.part.name }

// parts is how many times eachPart emits or runs its body.
func parts(n int) int { return scale(reals) / (n * form.bytes) }

func log2(n int) int { return bits.TrailingZeros(uint(n)) }

// scale is an offset in reals of single precision, in bytes, in this form's.
func scale(offset uintptr) int { return int(offset) / 4 * form.size }

// set is a parameter of the sweep.
func (g *stage) set(field uintptr) each { return each{Mem{Base: g.sweep, Disp: int(field)}} }

// scalar is a field of the frame.
func (g *stage) scalar(field uintptr) Mem { return Mem{Base: g.frame, Disp: int(field)} }

// in is this part of a Reals or a Mask of the work.
func (g *stage) in(field uintptr) Mem {
	return Mem{Base: g.part.moving, Disp: scale(field) + g.part.known}
}

// flag sets the zero flag where a flag of the sweep is not set.
func (g *stage) flag(field uintptr) { CMPL(g.set(field).at, Imm(0)) }

// pointer loads one of the network's pointers.
func (g *stage) pointer(field uintptr) reg.GPVirtual {
	p := GP64()
	MOVQ(Mem{Base: g.network, Disp: int(field)}, p)
	return p
}

// array is the part of an array of reals of the network that begins at an offset in
// bytes.
func (g *stage) array(field uintptr, at reg.Register) Mem {
	return Mem{Base: g.pointer(field), Index: at, Scale: 1}
}

// words is the part of an array of words of the network that begins at the offset
// of reals.
func (g *stage) words(field uintptr, at reg.Register) words {
	if form.size == 8 {
		half := GP64()
		MOVQ(at, half)
		SHRQ(Imm(1), half)
		at = half
	}
	return words{g.array(field, at)}
}

// nodes is the offset of this part's nodes, in bytes.
func (g *stage) nodes() reg.GPVirtual {
	return g.offset(unsafe.Offsetof(frame.Here) + unsafe.Offsetof(slice.First))
}

// offset is the offset in bytes of this part's reals from a number of the frame on.
func (g *stage) offset(from uintptr) reg.GPVirtual {
	at := GP64()
	MOVQ(g.scalar(from), at)
	SHLQ(Imm(uint64(log2(form.size))), at)
	if g.part.at != nil {
		ADDQ(g.part.at, at)
	} else {
		ADDQ(U32(uint32(g.part.known)), at)
	}
	return at
}

// halfRow is the length of a half row of half-edges, in bytes.
func halfRow() int { return 16 * form.size }

// row is the Row of half-edges at an offset in bytes.
func (g *stage) row(at reg.Register) Mem {
	rows, offset := g.pointer(unsafe.Offsetof(network.Rows)), GP64()
	size := int(unsafe.Sizeof(row_))
	MOVQ(at, offset)
	SHRQ(Imm(uint64(log2(halfRow()/size))), offset)
	if form.bytes < halfRow() {
		ANDQ(I32(int32(-size)), offset)
	}
	return Mem{Base: rows, Index: offset, Scale: 1}
}

// into moves a pointer from the first lane of a half row to the first lane of this part:
// by bytes of reals, or by words if it points to words.
func (g *stage) into(p reg.Register, ofWords bool) (rest int) {
	shrink := 1
	if ofWords {
		shrink = form.size / 4
	}
	if g.part.at == nil {
		return g.part.known % halfRow() / shrink
	}
	behind := GP64()
	MOVQ(g.part.at, behind)
	ANDQ(U32(uint32(halfRow()-1)), behind)
	if shrink == 2 {
		SHRQ(Imm(1), behind)
	}
	ADDQ(behind, p)
	return 0
}

// lead has the lanes of a mask on one side of the leap in a row, and the address of
// their values in an array of the network.
func (g *stage) lead(row Mem, k mask, behind, weights bool, array uintptr) (mask, Mem) {
	within := without
	if behind {
		within = both
	}
	at := g.start(row, behind, weights, array)
	return within(k, g.rowMask(row, leapOf(weights))), at
}

func leapOf(weights bool) uintptr {
	if weights {
		return unsafe.Offsetof(row_.Leap) + 2
	}
	return unsafe.Offsetof(row_.Leap)
}

// start is the address in an array of the network of the values of the lanes on one side
// of the leap in a row.
func (g *stage) start(row Mem, behind, weights bool, array uintptr) Mem {
	first := unsafe.Offsetof(row_.Neighbour)
	if weights {
		first = unsafe.Offsetof(row_.Weight)
	}
	if behind {
		first += 4
	}
	index, p, ids := GP64(), g.pointer(array), array == unsafe.Offsetof(network.ID)
	MOVLQSX(row.Offset(int(first)), index)
	rest, size := g.into(p, ids), form.size
	if ids {
		size = 4
	}
	return Mem{Base: p, Index: index, Scale: uint8(size), Disp: rest}
}

// scattered branches if the positions of a row do not follow one another.
func scattered(row Mem, label string) {
	CMPL(row.Offset(int(unsafe.Offsetof(row_.Neighbour))), Imm(0))
	JL(LabelRef(label))
}

// eachSlot emits body for all slots of a part: at is where its half-edges are, slot
// the start of the Slot, moved by where the part begins.
func (g *stage) eachSlot(label string, body func(at, slot reg.GPVirtual, next string)) {
	at, s, left := g.offset(unsafe.Offsetof(frame.Here)+unsafe.Offsetof(slice.Row)), GP64(), GP64()
	MOVQ(g.scalar(unsafe.Offsetof(frame.Slot)), s)
	if g.part.at != nil {
		ADDQ(g.part.at, s)
	}
	MOVQ(g.scalar(unsafe.Offsetof(frame.Here)+unsafe.Offsetof(slice.Slots)), left)
	name := g.label(label)
	TESTQ(left, left)
	JZ(LabelRef(name + "done"))
	Label(name)
	body(at, s, name+"next")
	Label(name + "next")
	ADDQ(U32(uint32(scale(reals))), at)
	ADDQ(U32(uint32(scale(unsafe.Sizeof(slot)))), s)
	DECQ(left)
	JNZ(LabelRef(name))
	Label(name + "done")
}

// slot is this part of a field of a Slot.
func (g *stage) slot(s reg.Register, field uintptr) Mem {
	return Mem{Base: s, Disp: scale(field) + g.part.known}
}
