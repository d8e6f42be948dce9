// Package hopfield says what a Hopfield network is: its storage rules, its
// draws, its theory and its experiments (docs/hopfield.md). A unit is -1 or +1,
// a pattern is one value for each unit, and a network is one draw of patterns
// with the couplings that a storage rule makes of them.
package hopfield

import (
	"fmt"
	"math/bits"
	"slices"
)

// Pattern is one value for each of n units, packed: bit i&31 of word i>>5 is 1
// where unit i is +1. Bits from n on are 0.
type Pattern []uint32

// NewPattern is n units that are all -1.
func NewPattern(n int) Pattern { return make(Pattern, (n+31)/32) }

// Up tells whether unit i is +1.
func (p Pattern) Up(i int) bool { return p[i>>5]>>(i&31)&1 == 1 }

// Sign is the value of unit i, -1 or +1.
func (p Pattern) Sign(i int) int32 { return int32(p[i>>5]>>(i&31)&1)*2 - 1 }

// Set makes unit i +1 or -1.
func (p Pattern) Set(i int, up bool) {
	bit := uint32(1) << (i & 31)
	p[i>>5] &^= bit
	if up {
		p[i>>5] |= bit
	}
}

// Read takes the values of units, -1 or +1.
func (p Pattern) Read(values []int32) {
	for w := range p {
		word := uint32(0)
		for k, v := range values[32*w : min(32*w+32, len(values))] {
			word |= uint32(-v) >> 31 << k // the sign of -v: 1 where v is positive
		}
		p[w] = word
	}
}

// Write gives the values of units, -1 or +1.
func (p Pattern) Write(values []int32) {
	for i := range values {
		values[i] = p.Sign(i)
	}
}

// Flip negates unit i.
func (p Pattern) Flip(i int) { p[i>>5] ^= 1 << (i & 31) }

// Clone copies the pattern.
func (p Pattern) Clone() Pattern { return append(Pattern(nil), p...) }

// Overlap is the sum over n units of the products of both values, n times the
// overlap m.
func (p Pattern) Overlap(q Pattern, n int) int32 {
	differ, q := 0, q[:len(p)]
	for len(p) >= 2 { // two words at a time, which takes half of the time
		differ += bits.OnesCount64((uint64(p[0]) | uint64(p[1])<<32) ^ (uint64(q[0]) | uint64(q[1])<<32))
		p, q = p[2:], q[2:]
	}
	if len(p) == 1 {
		differ += bits.OnesCount32(p[0] ^ q[0])
	}
	return int32(n - 2*differ)
}

// ParsePattern reads a text of + and -, unit 0 first.
func ParsePattern(text string) (Pattern, error) {
	p := NewPattern(len(text))
	for i, c := range text { // up to the first that is wrong, a unit is a byte
		switch c {
		case '+':
			p.Set(i, true)
		case '-':
		default:
			return nil, fmt.Errorf("unit %d is %q; a state is written with + and -", i, c)
		}
	}
	return p, nil
}

// Text writes n units with + and -.
func (p Pattern) Text(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = '-'
		if p.Up(i) {
			text[i] = '+'
		}
	}
	return string(text)
}

// Same tells whether two patterns are equal.
func Same(p, q Pattern) bool { return slices.Equal(p, q) }

// Cut divides n things into parts whose sizes differ by one at most, the longer ones
// first: the beginning and the end of each.
func Cut(n, parts int) [][2]int {
	out := make([][2]int, parts)
	from := 0
	for i := range out {
		size := n / parts
		if i < n%parts {
			size++
		}
		out[i] = [2]int{from, from + size}
		from += size
	}
	return out
}
