package hopfield

import (
	"math/bits"

	"tnn-gpu/host/rng"
)

// Draws are the noise of one network: a pure function of its key (docs/hopfield.md
// section 5). "Word d" of a draw is word d&3 of its block d>>2, "bit d" is bit d&31
// of word (d>>5)&3 of its block d>>7.
type Draws struct{ key [2]uint32 }

// NewDraws has the noise of a network's key.
func NewDraws(key uint64) Draws { return Draws{rng.Key(key)} }

// NetworkKey is the key of network q of a run with the given seed.
func NetworkKey(seed uint64, q uint32) uint64 {
	x0, x1, _, _ := rng.Draw(q, 0, 0, rng.HopfieldNetwork, rng.Key(seed))
	return uint64(x0) | uint64(x1)<<32
}

// prototypes is where the second words of the draws of prototypes begin.
const prototypes = 1 << 31

// The third words of the draws of patterns.
const (
	fairBits = iota
	biasedWords
	flippedWords
)

// The third words of the draws of starts.
const (
	subsetOfUnits = iota
	independentFlips
	randomBits
	cornerOfOcclusion
)

// word is word d of the draw (block, j, k) for a purpose.
func (w Draws) word(d int, j, k uint32, purpose rng.Purpose) uint32 {
	x0, x1, x2, x3 := rng.Draw(uint32(d>>2), j, k, purpose, w.key)
	return [4]uint32{x0, x1, x2, x3}[d&3]
}

// fair fills n units with the bits of the draw (block, j, k) for a purpose.
func (w Draws) fair(n int, j, k uint32, purpose rng.Purpose) Pattern {
	p := NewPattern(n)
	for at := 0; at < len(p); at += 4 {
		x0, x1, x2, x3 := rng.Draw(uint32(at>>2), j, k, purpose, w.key)
		copy(p[at:], []uint32{x0, x1, x2, x3})
	}
	if rest := n & 31; rest != 0 {
		p[len(p)-1] &= 1<<rest - 1
	}
	return p
}

// below tells for each of n units whether the uniform deviate of its word of the
// draw (block, j, k) is less than a probability.
func (w Draws) below(n int, probability float64, j, k uint32, purpose rng.Purpose) Pattern {
	p := NewPattern(n)
	for i := range n {
		p.Set(i, rng.Uniform[float64](w.word(i, j, k, purpose)) < probability)
	}
	return p
}

// Pattern draws pattern mu of n fair units.
func (w Draws) Pattern(n int, mu uint32) Pattern { return w.fair(n, mu, fairBits, rng.HopfieldPattern) }

// BiasedPattern draws pattern mu of n units that are +1 with probability b.
func (w Draws) BiasedPattern(n int, mu uint32, b float64) Pattern {
	return w.below(n, b, mu, biasedWords, rng.HopfieldPattern)
}

// ClusteredPattern draws pattern mu, whose units differ from prototype c with
// probability b.
func (w Draws) ClusteredPattern(n int, mu, c uint32, b float64) Pattern {
	p := w.fair(n, prototypes+c, fairBits, rng.HopfieldPattern)
	for i, flip := range w.below(n, b, mu, flippedWords, rng.HopfieldPattern) {
		p[i] ^= flip
	}
	return p
}

// mulhi is floor(x n / 2^32): a number below n.
func mulhi(x uint32, n int) int {
	high, _ := bits.Mul32(x, uint32(n))
	return int(high)
}

// Order fills a with the order in which a sweep visits the units, by Fisher and
// Yates. It is shared by all trials of a network.
func (w Draws) Order(a []int32, sweep uint32) {
	for i := range a {
		a[i] = int32(i)
	}
	for last := len(a) - 1; last > 0; {
		var words [4]uint32
		words[0], words[1], words[2], words[3] = rng.Draw(uint32((len(a)-1-last)>>2), 0, sweep, rng.HopfieldOrder, w.key)
		for _, word := range words[:min(4, last)] {
			other := mulhi(word, last+1)
			a[last], a[other] = a[other], a[last]
			last--
		}
	}
}

// IndependentOrder fills a with units that are drawn one by one, so that a sweep
// visits some of them twice and others not at all.
func (w Draws) IndependentOrder(a []int32, sweep uint32) {
	words := stream{w.key, sweep, 1, rng.HopfieldOrder, [4]uint32{}}
	for c := range a {
		a[c] = int32(mulhi(words.at(c), len(a)))
	}
}

// stream gives the words 0, 1, 2, ... of a draw in turn.
type stream struct {
	key     [2]uint32
	k, j    uint32
	purpose rng.Purpose
	block   [4]uint32
}

func (s *stream) at(d int) uint32 {
	if d&3 == 0 {
		s.block[0], s.block[1], s.block[2], s.block[3] = rng.Draw(uint32(d>>2), s.j, s.k, s.purpose, s.key)
	}
	return s.block[d&3]
}

// Subset draws floor(f n + 1/2) different units of n for a trial's start. Those of
// a smaller f come first.
func (w Draws) Subset(n int, f float64, trial uint32) []int32 {
	a := make([]int32, n)
	for i := range a {
		a[i] = int32(i)
	}
	m := int(float64(f*float64(n)) + 0.5)
	words := stream{w.key, subsetOfUnits, trial, rng.HopfieldStart, [4]uint32{}}
	for d := range m {
		other := d + mulhi(words.at(d), n-d)
		a[d], a[other] = a[other], a[d]
	}
	return a[:m]
}

// Flips tells which of n units of a trial's start are flipped, each with
// probability f.
func (w Draws) Flips(n int, f float64, trial uint32) Pattern {
	return w.below(n, f, trial, independentFlips, rng.HopfieldStart)
}

// RandomStart draws n fair units for a trial.
func (w Draws) RandomStart(n int, trial uint32) Pattern {
	return w.fair(n, trial, randomBits, rng.HopfieldStart)
}

// Corner draws the upper left corner of an occlusion: a row of rows and a column
// of columns.
func (w Draws) Corner(rows, columns int, trial uint32) (row, column int) {
	x0, x1, _, _ := rng.Draw(0, trial, cornerOfOcclusion, rng.HopfieldStart, w.key)
	return mulhi(x0, rows), mulhi(x1, columns)
}

// RecallWords fills words with those that are drawn at positive temperature in a sweep
// of a trial: by units, unit 0 first; with update iid by visits, since a unit may have
// several.
func (w Draws) RecallWords(words []uint32, trial, sweep uint32) {
	s := stream{w.key, sweep, trial, rng.HopfieldRecall, [4]uint32{}}
	for i := range words {
		words[i] = s.at(i)
	}
}

// Survives tells whether the coupling of the units i and j survives a damage of
// the given share.
func (w Draws) Survives(i, j int, damage float64) bool {
	i, j = min(i, j), max(i, j)
	return rng.Uniform[float64](w.word(j, uint32(i), 0, rng.HopfieldDamage)) >= damage
}
