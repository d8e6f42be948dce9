// Program perceptron writes the assembly of package vector of cpuref/perceptron. Each function computes a
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
	c := newConstants()
	fields(c)
	gains(c)
	learn()
	normals(c)
	Generate()
}

// flips makes, for four words, masks that change the sign of a number by exclusive or:
// the top bit is set where the bit that the shift moves there is 0.
func (c *constants) flips(words, shifts [4]Op) (masks [4]reg.VecVirtual) {
	for j := range masks {
		masks[j] = YMM()
		VPBROADCASTD(words[j], masks[j])
		VPSLLVD(shifts[j], masks[j], masks[j])
		VPANDN(c.each(1<<31), masks[j], masks[j])
	}
	return masks
}

// quad computes (x0 + x1) + (x2 + x3), each number with its sign.
func quad(masks [4]reg.VecVirtual, load func(j int, into reg.VecVirtual)) reg.VecVirtual {
	var x [4]reg.VecVirtual
	for j := range x {
		x[j] = YMM()
		load(j, x[j])
		VXORPS(masks[j], x[j], x[j])
	}
	VADDPS(x[1], x[0], x[0])
	VADDPS(x[3], x[2], x[2])
	VADDPS(x[2], x[0], x[0])
	return x[0]
}

// fields is perceptron.AddStripe for examples and vectors.
func fields(c *constants) {
	emit.Begin("Fields", "func(lanes *float32, lanesApart uintptr, x *float32, xApart uintptr, words *uint32, wordsApart uintptr, examples, vectors int)",
		"Fields adds to the lanes of each vector and example the sums of 64 quads, whose signs are eight words of the example. The components of a quad stand 64 apart. Distances are in bytes.")
	lanes, lanesApart := emit.Integer("lanes"), emit.Integer("lanesApart")
	x, xApart := emit.Integer("x"), emit.Integer("xApart")
	words, wordsApart := emit.Integer("words"), emit.Integer("wordsApart")
	examples, vectors := emit.Integer("examples"), emit.Integer("vectors")
	var shifts [4]Op
	for j := range shifts {
		shifts[j] = c.eight(func(lane uint32) uint32 { return 31 - uint32(j) - 4*lane })
	}
	emit.Times("example", examples, func() {
		at, line, word, octets := emit.Copied(lanes), emit.Copied(x), emit.Copied(words), GP64()
		MOVQ(U32(8), octets)
		emit.Times("octet", octets, func() {
			w := Mem{Base: word}
			masks := c.flips([4]Op{w, w, w, w}, shifts)
			sum, from, left := emit.Copied(at), emit.Copied(line), emit.Copied(vectors)
			emit.Times("vector", left, func() {
				q := quad(masks, func(j int, into reg.VecVirtual) { VMOVUPS(Mem{Base: from, Disp: 256 * j}, into) })
				VADDPS(Mem{Base: sum}, q, q)
				VMOVUPS(q, Mem{Base: sum})
				ADDQ(lanesApart, sum)
				ADDQ(xApart, from)
			})
			ADDQ(Imm(32), at)
			ADDQ(Imm(32), line)
			ADDQ(Imm(4), word)
		})
		ADDQ(U32(256), lanes)
		ADDQ(wordsApart, words)
	})
	emit.End()
}

// together is the number of students that gains computes at once.
const together = 4

// gains is perceptron.AddGains for students.
func gains(c *constants) {
	emit.Begin("Gains", "func(sums *float32, sumsApart uintptr, gained *float32, gainedApart uintptr, words *uint32, wordsApart uintptr, quads, students int)",
		"Gains computes, for students, what all examples give to the 128 components of a block, whose signs are four words of each example. Distances are in bytes.")
	sums, sumsApart := emit.Integer("sums"), emit.Integer("sumsApart")
	gained, gainedApart := emit.Integer("gained"), emit.Integer("gainedApart")
	words, wordsApart := emit.Integer("words"), emit.Integer("wordsApart")
	quads, students := emit.Integer("quads"), emit.Integer("students")
	Label("some")
	CMPQ(students, Imm(together))
	JL(LabelRef("few"))
	gainsOf(c, together, "some", sums, sumsApart, gained, gainedApart, words, wordsApart, quads)
	SUBQ(Imm(together), students)
	JMP(LabelRef("some"))
	Label("few")
	CMPQ(students, Imm(1))
	JL(LabelRef("none"))
	gainsOf(c, 1, "few", sums, sumsApart, gained, gainedApart, words, wordsApart, quads)
	SUBQ(Imm(1), students)
	JMP(LabelRef("few"))
	Label("none")
	emit.End()
}

// gainsOf computes some students, and moves the pointers behind them.
func gainsOf(c *constants, students int, label string, sums, sumsApart, gained, gainedApart, words, wordsApart, quads reg.Register) {
	for word := range 4 {
		for part := range 4 { // of the word: eight bits
			shift := c.eight(func(lane uint32) uint32 { return 31 - 8*uint32(part) - lane })
			var acc []reg.VecVirtual
			for range students {
				a := YMM()
				VXORPS(a, a, a)
				acc = append(acc, a)
			}
			row, from, left := emit.Copied(words), emit.Copied(gained), emit.Copied(quads)
			emit.Times(label+string(rune('a'+word))+string(rune('a'+part)), left, func() {
				var signs [4]Op
				second := GP64()
				LEAQ(Mem{Base: row, Index: wordsApart, Scale: 2}, second)
				signs[0], signs[1] = Mem{Base: row, Disp: 4 * word}, Mem{Base: row, Index: wordsApart, Scale: 1, Disp: 4 * word}
				signs[2], signs[3] = Mem{Base: second, Disp: 4 * word}, Mem{Base: second, Index: wordsApart, Scale: 1, Disp: 4 * word}
				masks := c.flips(signs, [4]Op{shift, shift, shift, shift})
				at := emit.Copied(from)
				for s := range students {
					q := quad(masks, func(j int, into reg.VecVirtual) { VBROADCASTSS(Mem{Base: at, Disp: 4 * j}, into) })
					VADDPS(q, acc[s], acc[s])
					if s+1 < students {
						ADDQ(gainedApart, at)
					}
				}
				LEAQ(Mem{Base: row, Index: wordsApart, Scale: 4}, row)
				ADDQ(Imm(16), from)
			})
			into := emit.Copied(sums)
			for s := range students {
				VMOVUPS(acc[s], Mem{Base: into, Disp: 128*word + 32*part})
				ADDQ(sumsApart, into)
			}
		}
	}
	for range students {
		ADDQ(sumsApart, sums)
		ADDQ(gainedApart, gained)
	}
}

// learn moves weights by a step.
func learn() {
	emit.Begin("Learn", "func(w, sums, eta *float32, decay, drive, kick float32, eights int)",
		"Learn moves weights, eight at a time: w = (decay w + drive sum) + kick eta.")
	w, sums, eta := emit.Integer("w"), emit.Integer("sums"), emit.Integer("eta")
	var factors [3]reg.VecVirtual
	for i, name := range []string{"decay", "drive", "kick"} {
		factors[i] = YMM()
		emit.Broadcast(name, factors[i])
	}
	eights := emit.Integer("eights")
	emit.Times("eight", eights, func() {
		x, y, z := YMM(), YMM(), YMM()
		VMULPS(Mem{Base: w}, factors[0], x)
		VMULPS(Mem{Base: sums}, factors[1], y)
		VMULPS(Mem{Base: eta}, factors[2], z)
		VADDPS(y, x, x)
		VADDPS(z, x, x)
		VMOVUPS(x, Mem{Base: w})
		for _, p := range []reg.Register{w, sums, eta} {
			ADDQ(Imm(32), p)
		}
	})
	emit.End()
}
