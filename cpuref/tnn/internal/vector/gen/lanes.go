package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// shape has what differs between forms.
type shape struct {
	suffix string // of the functions' names
	real   string // the type
	avx512 bool   // else AVX2
	size   int    // of a real and of the word in its lane, in bytes
	bytes  int    // of a register
	wide   int    // registers that the stages without slots work on together
	copies bool   // a copy of the code for each part of the lanes, else a loop
}

var forms = map[string]shape{
	"avx2single":   {"AVX2Single", "float32", false, 4, 32, 1, false},
	"avx2double":   {"AVX2Double", "float64", false, 8, 32, 1, false},
	"avx512single": {"AVX512Single", "float32", true, 4, 64, 2, true},
	"avx512double": {"AVX512Double", "float64", true, 8, 64, 1, false},
}

// form is the form that the generator writes.
var form shape

// lanes is the number of lanes of a register.
func (s shape) lanes() int { return s.bytes / s.size }

// by gives one of two values, by the precision of the form.
func by[T any](single, double T) T {
	if form.size == 8 {
		return double
	}
	return single
}

// vec is a value for the lanes of a register, or of several.
type vec []reg.VecVirtual

// mask is a truth for each lane of a vec: an opmask in AVX-512, else lanes that are
// all ones or zero.
type mask []reg.Register

func register() reg.VecVirtual {
	if form.avx512 {
		return ZMM()
	}
	return YMM()
}

func maskRegister() reg.Register {
	if form.avx512 {
		return K()
	}
	return YMM()
}

// each is memory that holds one value for all lanes: AVX2 needs a vector of copies.
type each struct{ at Mem }

// one is memory that holds one copy of a value for all lanes.
type one struct{ at Mem }

// whole is memory that holds a value for each lane of one or more registers.
type whole struct{ at Mem }

func (w whole) part(i int) Mem { return w.at.Offset(form.bytes * i) }

// words is whole for words of 32 bits, side by side.
type words struct{ at Mem }

// constants is the table of the constants in use.
type constants struct {
	table       Mem
	at          map[uint64]int
	end         int
	evens, odds Mem            // the even and the odd lanes of two vectors, for VPERMI2PS
	dense       Mem            // AVX2: for each mask, the lanes that are set come first
	named       map[string]Mem // lanes
	follows     int            // labels of followTo
}

func newConstants() *constants {
	c := &constants{table: GLOBL("constants", attr.RODATA|attr.NOPTR), at: map[uint64]int{}, named: map[string]Mem{}}
	if form.avx512 {
		c.evens = c.lanesOf(func(lane int) int { return 2 * lane })
		c.odds = c.lanesOf(func(lane int) int { return 2*lane + 1 })
	} else {
		c.dense = c.table
		for set := range 1 << form.lanes() {
			DATA(c.end, U64(denseLanes(set)))
			c.end += 8
		}
	}
	return c
}

// denseLanes is the permutation that moves the lanes of a set to the front: a byte for
// each 32 bits of a register.
func denseLanes(set int) (order uint64) {
	per, to := form.size/4, 0
	for lane := range form.lanes() {
		if set>>lane&1 == 1 {
			for i := range per {
				order |= uint64(per*lane+i) << (8 * to)
				to++
			}
		}
	}
	return order
}

// lanesOf is a table of a word for each lane.
func (c *constants) lanesOf(of func(lane int) int) Mem {
	at := c.end
	for lane := range form.lanes() {
		if form.size == 8 {
			DATA(at+8*lane, U64(of(lane)))
		} else {
			DATA(at+4*lane, U32(of(lane)))
		}
	}
	c.end += form.bytes
	return c.table.Offset(at)
}

// word is an integer constant of as many bits as a real.
func (c *constants) word(x uint64) each {
	at, known := c.at[x]
	if !known {
		at = c.end
		c.at[x] = at
		copies := 1
		if !form.avx512 {
			copies = 4
		}
		both := x
		if form.size == 4 {
			both |= x << 32
		}
		for range copies {
			DATA(c.end, U64(both))
			c.end += 8
		}
	}
	return each{c.table.Offset(at)}
}

// real is a constant, rounded to the precision.
func (c *constants) real(x float64) each {
	return c.word(by(uint64(math.Float32bits(float32(x))), math.Float64bits(x)))
}

// sign is the bit of the sign, size are all others.
func (c *constants) sign() each { return c.word(by[uint64](1<<31, 1<<63)) }
func (c *constants) size() each { return c.word(by[uint64](1<<31-1, 1<<63-1)) }

// ones is all bits.
func (c *constants) ones() each { return c.word(by[uint64](math.MaxUint32, math.MaxUint64)) }

type instruction = func(...Op)

// three wraps an instruction that always takes three operands.
func three(op func(a, b, d Op)) instruction { return func(o ...Op) { op(o[0], o[1], o[2]) } }

// operation is an instruction, and its variant that reads one value in memory for all
// lanes, which only AVX-512 has.
type operation struct{ op, broadcast instruction }

// emit computes a op b into d, in the lanes of k if that is given. Go's assembler
// has the operands in reverse.
func (o operation) emit(i int, b any, a reg.Register, kd ...Op) {
	switch b := b.(type) {
	case vec:
		o.op(append([]Op{b[i], a}, kd...)...)
	case whole:
		o.op(append([]Op{b.part(i), a}, kd...)...)
	case each:
		if form.avx512 {
			o.broadcast(append([]Op{b.at, a}, kd...)...)
		} else {
			o.op(append([]Op{b.at, a}, kd...)...)
		}
	case one:
		if form.avx512 {
			o.broadcast(append([]Op{b.at, a}, kd...)...)
		} else {
			o.op(append([]Op{fillOne(1, b)[0], a}, kd...)...)
		}
	}
}

func apply(o operation, a vec, b any) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = register()
		o.emit(i, b, a[i], d[i])
	}
	return d
}

var (
	single = map[string]operation{
		"add": {VADDPS, VADDPS_BCST}, "sub": {VSUBPS, VSUBPS_BCST}, "mul": {VMULPS, VMULPS_BCST}, "div": {VDIVPS, VDIVPS_BCST},
		"min": {VMINPS, VMINPS_BCST}, "max": {VMAXPS, VMAXPS_BCST},
		"addInt": {VPADDD, VPADDD_BCST}, "subInt": {VPSUBD, VPSUBD_BCST},
		"and": {VPANDD, VPANDD_BCST}, "or": {VPORD, VPORD_BCST}, "xor": {VPXORD, VPXORD_BCST},
	}
	double = map[string]operation{
		"add": {VADDPD, VADDPD_BCST}, "sub": {VSUBPD, VSUBPD_BCST}, "mul": {VMULPD, VMULPD_BCST}, "div": {VDIVPD, VDIVPD_BCST},
		"min": {VMINPD, VMINPD_BCST}, "max": {VMAXPD, VMAXPD_BCST},
		"addInt": {VPADDQ, VPADDQ_BCST}, "subInt": {VPSUBQ, VPSUBQ_BCST},
		"and": {VPANDQ, VPANDQ_BCST}, "or": {VPORQ, VPORQ_BCST}, "xor": {VPXORQ, VPXORQ_BCST},
	}
	// bits of AVX2, whatever the precision
	bitwise = map[string]operation{
		"and": {op: VANDPS}, "or": {op: VORPS}, "xor": {op: VXORPS},
	}
)

func op(name string) operation {
	if o, is := bitwise[name]; is && !form.avx512 {
		return o
	}
	return by(single, double)[name]
}

func add(a vec, b any) vec    { return apply(op("add"), a, b) }
func sub(a vec, b any) vec    { return apply(op("sub"), a, b) }
func mul(a vec, b any) vec    { return apply(op("mul"), a, b) }
func div(a vec, b any) vec    { return apply(op("div"), a, b) }
func and(a vec, b any) vec    { return apply(op("and"), a, b) }
func or(a vec, b any) vec     { return apply(op("or"), a, b) }
func xor(a vec, b any) vec    { return apply(op("xor"), a, b) }
func addInt(a vec, b any) vec { return apply(op("addInt"), a, b) }
func subInt(a vec, b any) vec { return apply(op("subInt"), a, b) }

// multiply multiplies even words, to 64 bits.
func multiply(a vec, b any) vec { return apply(operation{VPMULUDQ, VPMULUDQ_BCST}, a, b) }

// least and most give b where it is not a number.
func least(a vec, b any) vec { return apply(op("min"), a, b) }
func most(a vec, b any) vec  { return apply(op("max"), a, b) }

// unary applies an instruction of one operand.
func unary(op instruction, a vec) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = register()
		op(a[i], d[i])
	}
	return d
}

// with applies an instruction that also takes a number.
func with(op instruction, n uint64, a vec) vec {
	return unary(func(ops ...Op) { op(append([]Op{Imm(n)}, ops...)...) }, a)
}

func root(a vec) vec { return unary(by[instruction](VSQRTPS, VSQRTPD), a) }

func floor(a vec) vec {
	if form.avx512 {
		return with(by[instruction](VRNDSCALEPS, VRNDSCALEPD), 9, a)
	}
	return with(by(three(VROUNDPS), three(VROUNDPD)), 9, a)
}

func move() instruction  { return by[instruction](VMOVAPS, VMOVAPD) }
func copy_() instruction { return by[instruction](VMOVUPS, VMOVUPD) } // from or to memory

// assign sets a to b.
func assign(a, b vec) {
	for i := range a {
		move()(b[i], a[i])
	}
}

func clone(a vec) vec { return unary(move(), a) }

// left and right shift the words in the lanes; left64 and right64 pairs of them in
// single precision.
func left(n uint64, a vec) vec    { return with(by[instruction](VPSLLD, VPSLLQ), n, a) }
func right(n uint64, a vec) vec   { return with(by[instruction](VPSRLD, VPSRLQ), n, a) }
func left64(n uint64, a vec) vec  { return with(VPSLLQ, n, a) }
func right64(n uint64, a vec) vec { return with(VPSRLQ, n, a) }

// zero is +0, or the integer 0.
func zero(n int) vec {
	d := make(vec, n)
	for i := range d {
		d[i] = register()
		VXORPS(d[i], d[i], d[i])
	}
	return d
}

// fill has one value in all lanes.
func fill(n int, x each) vec {
	if form.avx512 {
		return fillOne(n, one{x.at})
	}
	r := register()
	copy_()(x.at, r)
	return same(n, r)
}

func fillOne(n int, x one) vec {
	r := register()
	by[instruction](VBROADCASTSS, VBROADCASTSD)(x.at, r)
	return same(n, r)
}

func same(n int, r reg.VecVirtual) vec {
	d := make(vec, n)
	for i := range d {
		d[i] = r
	}
	return d
}

func load(n int, from Mem) vec {
	d := make(vec, n)
	for i := range d {
		d[i] = register()
		copy_()(from.Offset(form.bytes*i), d[i])
	}
	return d
}

// loadWords puts words into lanes.
func loadWords(n int, from words) vec {
	if form.size == 4 {
		return load(n, from.at)
	}
	d := make(vec, n)
	for i := range d {
		d[i] = register()
		VPMOVZXDQ(from.at.Offset(form.bytes/2*i), d[i])
	}
	return d
}

// loadWhere gives zero in other lanes, which are there to be read, too.
func loadWhere(k mask, from Mem) vec {
	if !form.avx512 {
		d := make(vec, len(k))
		for i := range d {
			d[i] = register()
			VANDPS(from.Offset(form.bytes*i), k[i], d[i])
		}
		return d
	}
	d := make(vec, len(k))
	for i := range d {
		d[i] = register()
		by(VMOVUPS_Z, VMOVUPD_Z)(from.Offset(form.bytes*i), k[i], d[i])
	}
	return d
}

func store(a vec, to Mem) {
	for i := range a {
		copy_()(a[i], to.Offset(form.bytes*i))
	}
}

// replace stores a in the lanes of a mask. It writes all lanes: masked stores are
// slow on some processors.
func replace(k mask, a vec, to Mem) {
	for i := range a {
		old := vec{register()}
		copy_()(to.Offset(form.bytes*i), old[0])
		put(k[i:][:1], old, a[i:][:1])
		copy_()(old[0], to.Offset(form.bytes*i))
	}
}

// keep is a where the mask is set, else zero.
func keep(k mask, a vec) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = register()
		if form.avx512 {
			by(VMOVAPS_Z, VMOVAPD_Z)(a[i], k[i], d[i])
		} else {
			VANDPS(a[i], k[i], d[i])
		}
	}
	return d
}

// drop is a where the mask is not set, else zero.
func drop(k mask, a vec) vec {
	d := make(vec, len(a))
	for i := range a {
		d[i] = register()
		if form.avx512 {
			not := maskRegister()
			by(KNOTW, KNOTB)(k[i], not)
			by(VMOVAPS_Z, VMOVAPD_Z)(a[i], not, d[i])
		} else {
			VANDNPS(a[i], k[i], d[i])
		}
	}
	return d
}

// choose is yes where the mask is set, else no.
func choose(k mask, yes, no vec) vec {
	d := make(vec, len(yes))
	for i := range yes {
		d[i] = register()
		if !form.avx512 {
			blend()(k[i], yes[i], no[i], d[i])
			continue
		}
		// avo takes d for an input too.
		Instruction(&ir.Instruction{
			Opcode: by("VBLENDMPS", "VBLENDMPD"), ISA: []string{"AVX512F"},
			Operands: []Op{yes[i], no[i], k[i], d[i]}, Inputs: []Op{yes[i], no[i], k[i]}, Outputs: []Op{d[i]},
		})
	}
	return d
}

// blend looks at the signs of a mask's lanes.
func blend() func(k, yes, no, d Op) { return by(VBLENDVPS, VBLENDVPD) }

// put assigns b to a in the lanes of a mask.
func put(k mask, a, b vec) {
	for i := range a {
		if form.avx512 {
			move()(b[i], k[i], a[i])
		} else {
			blend()(k[i], b[i], a[i], a[i])
		}
	}
}

// where assigns a op b to a in the lanes of a mask.
func where(o operation, k mask, a vec, b any) {
	if !form.avx512 {
		put(k, a, apply(o, a, b))
		return
	}
	for i := range a {
		o.emit(i, b, a[i], k[i], a[i])
	}
}

func addWhere(k mask, a vec, b any)    { where(op("add"), k, a, b) }
func subWhere(k mask, a vec, b any)    { where(op("sub"), k, a, b) }
func mulWhere(k mask, a vec, b any)    { where(op("mul"), k, a, b) }
func subIntWhere(k mask, a vec, b any) { where(op("subInt"), k, a, b) }

// sumWhere adds b to a sum in the lanes of a mask. The sum began with +0 and is never -0,
// so that adding +0 in the other lanes changes nothing.
func sumWhere(k mask, a vec, b any) {
	if form.avx512 {
		addWhere(k, a, b)
		return
	}
	switch b := b.(type) {
	case vec:
		increase(a, keep(k, b))
	case each:
		increase(a, loadWhere(k, b.at))
	default:
		addWhere(k, a, b)
	}
}

// increase adds b to a.
func increase(a, b vec) {
	for i := range a {
		op("add").emit(i, b, a[i], a[i])
	}
}
