package ptx

import (
	"math"
	"math/bits"
)

// operation computes a register from up to three others. Registers hold the bits of
// numbers, narrow ones with zeros above.
type operation struct {
	slots float64
	apply func(a, b, c uint64) uint64
}

func f32(bits uint64) float32  { return math.Float32frombits(uint32(bits)) }
func f64(bits uint64) float64  { return math.Float64frombits(bits) }
func bits32(x float32) uint64  { return uint64(math.Float32bits(x)) }
func signed(x uint64) uint64   { return uint64(int64(int32(x))) }
func unsigned(x uint64) uint64 { return uint64(uint32(x)) }

// larger is the larger of two numbers. If one of them is NaN, it is the other one.
func larger(a, b float64) float64 {
	switch {
	case a != a:
		return b
	case b != b:
		return a
	}
	return max(a, b)
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// operations lists, by opcode, the instructions that clang makes of kernels.cl. Slots are
// the number of instructions of NVIDIA's machine code for one of them, as far as it is
// known: one for most, two for numbers of 64 bits, sequences for divisions and roots, and
// none for an instruction that becomes part of an operand.
func operations() map[string]operation {
	all := map[string]operation{}
	addReals(all)
	addIntegers(all)
	addComparisons(all)
	for _, t := range []string{"b16", "u16", "s16", "b32", "b64", "f32", "f64", "u32", "s32", "u64", "s64"} {
		all["selp."+t] = operation{1, func(a, b, c uint64) uint64 {
			if c != 0 {
				return a
			}
			return b
		}}
	}
	for _, t := range []string{"b32", "b64", "f32", "f64", "u16", "u32", "u64"} {
		all["mov."+t] = operation{0, func(a, _, _ uint64) uint64 { return a }}
	}
	for opcode, convert := range map[string]func(a uint64) uint64{
		"cvt.rmi.f32.f32": func(a uint64) uint64 { return bits32(float32(math.Floor(float64(f32(a))))) },
		"cvt.rmi.f64.f64": func(a uint64) uint64 { return math.Float64bits(math.Floor(f64(a))) },
		"cvt.rn.f32.s32":  func(a uint64) uint64 { return bits32(float32(int32(a))) },
		"cvt.rn.f64.s32":  func(a uint64) uint64 { return math.Float64bits(float64(int32(a))) },
		"cvt.rn.f32.s64":  func(a uint64) uint64 { return bits32(float32(int64(a))) },
		"cvt.rn.f64.s64":  func(a uint64) uint64 { return math.Float64bits(float64(int64(a))) },
		"cvt.rn.f32.u32":  func(a uint64) uint64 { return bits32(float32(uint32(a))) },
		"cvt.rn.f64.u32":  func(a uint64) uint64 { return math.Float64bits(float64(uint32(a))) },
		"cvt.rzi.s32.f32": func(a uint64) uint64 { return unsigned(uint64(int32(f32(a)))) },
		"cvt.rzi.s32.f64": func(a uint64) uint64 { return unsigned(uint64(int32(f64(a)))) },
		"cvt.s64.s32":     signed,
		"cvt.u64.u32":     unsigned,
		"cvt.u32.u64":     unsigned,
		"cvt.u16.u32":     func(a uint64) uint64 { return a & 0xffff },
		"cvt.u64.u16":     func(a uint64) uint64 { return a & 0xffff },
		"cvt.u32.u16":     func(a uint64) uint64 { return a & 0xffff },
	} {
		all[opcode] = operation{1, func(a, _, _ uint64) uint64 { return convert(a) }}
	}
	return all
}

func addReals(all map[string]operation) {
	const division, reciprocal, root = 9, 7, 8
	for opcode, o := range map[string]struct {
		slots float64
		apply func(a, b float64) float64
	}{
		"add.rn":  {1, func(a, b float64) float64 { return a + b }},
		"sub.rn":  {1, func(a, b float64) float64 { return a - b }},
		"mul.rn":  {1, func(a, b float64) float64 { return a * b }},
		"div.rn":  {division, func(a, b float64) float64 { return a / b }},
		"rcp.rn":  {reciprocal, func(a, _ float64) float64 { return 1 / a }},
		"sqrt.rn": {root, func(a, _ float64) float64 { return math.Sqrt(a) }},
		"neg":     {0.5, func(a, _ float64) float64 { return -a }},
		"max":     {1, larger},
		"min":     {1, func(a, b float64) float64 { return -larger(-a, -b) }},
	} {
		// For each of these, rounding to double and then to single gives the same as rounding once.
		all[opcode+".f32"] = operation{o.slots, func(a, b, _ uint64) uint64 { return bits32(float32(o.apply(float64(f32(a)), float64(f32(b))))) }}
		all[opcode+".f64"] = operation{o.slots, func(a, b, _ uint64) uint64 { return math.Float64bits(o.apply(f64(a), f64(b))) }}
	}
}

func addIntegers(all map[string]operation) {
	const division = 20
	type apply = func(a, b, c uint64) uint64
	// Operations whose low bits do not depend on the higher bits of their operands.
	for opcode, f := range map[string]apply{
		"add.s": func(a, b, _ uint64) uint64 { return a + b }, "sub.s": func(a, b, _ uint64) uint64 { return a - b },
		"mul.lo.s": func(a, b, _ uint64) uint64 { return a * b }, "mad.lo.s": func(a, b, c uint64) uint64 { return a*b + c },
		"neg.s": func(a, _, _ uint64) uint64 { return -a }, "and.b": func(a, b, _ uint64) uint64 { return a & b },
		"or.b": func(a, b, _ uint64) uint64 { return a | b }, "xor.b": func(a, b, _ uint64) uint64 { return a ^ b },
		"not.b": func(a, _, _ uint64) uint64 { return ^a }, "shl.b": func(a, b, _ uint64) uint64 { return a << unsigned(b) },
	} {
		all[opcode+"16"] = operation{1, func(a, b, c uint64) uint64 { return f(a, b, c) & 0xffff }}
		all[opcode+"32"] = operation{1, func(a, b, c uint64) uint64 { return unsigned(f(a, b, c)) }}
		all[opcode+"64"] = operation{2, f}
	}
	for opcode, o := range map[string]operation{
		"mul.hi.u32":   {2, func(a, b, _ uint64) uint64 { return unsigned(a) * unsigned(b) >> 32 }},
		"mul.wide.u32": {2, func(a, b, _ uint64) uint64 { return unsigned(a) * unsigned(b) }},
		"mul.wide.s32": {2, func(a, b, _ uint64) uint64 { return signed(a) * signed(b) }},
		"div.u32":      {division, func(a, b, _ uint64) uint64 { return unsigned(a) / unsigned(b) }},
		"rem.u32":      {division, func(a, b, _ uint64) uint64 { return unsigned(a) % unsigned(b) }},
		"rem.u64":      {4 * division, func(a, b, _ uint64) uint64 { return a % b }},
		"div.u64":      {4 * division, func(a, b, _ uint64) uint64 { return a / b }},
		"rem.u16":      {division, func(a, b, _ uint64) uint64 { return a & 0xffff % (b & 0xffff) }},
		"shr.u16":      {1, func(a, b, _ uint64) uint64 { return a & 0xffff >> unsigned(b) }},
		"mul.hi.u16":   {1, func(a, b, _ uint64) uint64 { return (a & 0xffff) * (b & 0xffff) >> 16 }},
		"mul.wide.u16": {1, func(a, b, _ uint64) uint64 { return (a & 0xffff) * (b & 0xffff) }},
		"div.u16":      {division, func(a, b, _ uint64) uint64 { return a & 0xffff / (b & 0xffff) }},
		"shr.u32":      {1, func(a, b, _ uint64) uint64 { return unsigned(a) >> unsigned(b) }},
		"shr.s32":      {1, func(a, b, _ uint64) uint64 { return unsigned(uint64(int32(a) >> unsigned(b))) }},
		"shr.u64":      {2, func(a, b, _ uint64) uint64 { return a >> unsigned(b) }},
		"shr.s64":      {2, func(a, b, _ uint64) uint64 { return uint64(int64(a) >> unsigned(b)) }},
		"bfe.u32":      {1, func(a, b, c uint64) uint64 { return unsigned(a) >> b & (1<<c - 1) }},
		"abs.s64":      {2, func(a, _, _ uint64) uint64 { return uint64(max(int64(a), -int64(a))) }},
		"popc.b32":     {2, func(a, _, _ uint64) uint64 { return uint64(bits.OnesCount32(uint32(a))) }},
		"min.s32":      {1, func(a, b, _ uint64) uint64 { return unsigned(uint64(min(int32(a), int32(b)))) }},
		"max.s32":      {1, func(a, b, _ uint64) uint64 { return unsigned(uint64(max(int32(a), int32(b)))) }},
		"min.s64":      {2, func(a, b, _ uint64) uint64 { return uint64(min(int64(a), int64(b))) }},
		"max.s64":      {2, func(a, b, _ uint64) uint64 { return uint64(max(int64(a), int64(b))) }},
		"min.u64":      {2, func(a, b, _ uint64) uint64 { return min(a, b) }},
		"max.u64":      {2, func(a, b, _ uint64) uint64 { return max(a, b) }},
		"abs.s32":      {1, func(a, _, _ uint64) uint64 { return unsigned(uint64(max(int32(a), -int32(a)))) }},
		"min.u32":      {1, func(a, b, _ uint64) uint64 { return min(unsigned(a), unsigned(b)) }},
		"max.u32":      {1, func(a, b, _ uint64) uint64 { return max(unsigned(a), unsigned(b)) }},
		"mov.pred":     {0, func(a, _, _ uint64) uint64 { return a & 1 }},
		"and.pred":     {1, func(a, b, _ uint64) uint64 { return a & b }},
		"or.pred":      {1, func(a, b, _ uint64) uint64 { return a | b }},
		"xor.pred":     {1, func(a, b, _ uint64) uint64 { return (a ^ b) & 1 }},
		"not.pred":     {1, func(a, _, _ uint64) uint64 { return a&1 ^ 1 }},
	} {
		all[opcode] = o
	}
}

func addComparisons(all map[string]operation) {
	type order struct{ less, equal, unordered bool }
	holds := map[string]func(o order) bool{
		"lt": func(o order) bool { return o.less }, "le": func(o order) bool { return o.less || o.equal },
		"gt": func(o order) bool { return !o.less && !o.equal && !o.unordered }, "ge": func(o order) bool { return !o.less && !o.unordered },
		"eq": func(o order) bool { return o.equal }, "ne": func(o order) bool { return !o.equal && !o.unordered },
		"ltu": func(o order) bool { return o.less || o.unordered }, "leu": func(o order) bool { return o.less || o.equal || o.unordered },
		"gtu": func(o order) bool { return !o.less && !o.equal }, "geu": func(o order) bool { return !o.less },
		"neu": func(o order) bool { return !o.equal }, "nan": func(o order) bool { return o.unordered }, "num": func(o order) bool { return !o.unordered },
	}
	for t, compare := range map[string]func(a, b uint64) order{
		"f32": func(a, b uint64) order { x, y := f32(a), f32(b); return order{x < y, x == y, x != x || y != y} },
		"f64": func(a, b uint64) order { x, y := f64(a), f64(b); return order{x < y, x == y, x != x || y != y} },
		"s32": func(a, b uint64) order { return order{less: int32(a) < int32(b), equal: int32(a) == int32(b)} },
		"s64": func(a, b uint64) order { return order{less: int64(a) < int64(b), equal: a == b} },
		"u32": func(a, b uint64) order { return order{less: uint32(a) < uint32(b), equal: uint32(a) == uint32(b)} },
		"u64": func(a, b uint64) order { return order{less: a < b, equal: a == b} },
		"u16": func(a, b uint64) order { return order{less: uint16(a) < uint16(b), equal: uint16(a) == uint16(b)} },
		"s16": func(a, b uint64) order { return order{less: int16(a) < int16(b), equal: int16(a) == int16(b)} },
		"b32": func(a, b uint64) order { return order{equal: uint32(a) == uint32(b)} },
		"b64": func(a, b uint64) order { return order{equal: a == b} },
	} {
		for name, hold := range holds {
			all["setp."+name+"."+t] = operation{1, func(a, b, _ uint64) uint64 { return truth(hold(compare(a, b))) }}
		}
	}
}
