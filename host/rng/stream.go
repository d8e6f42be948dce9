package rng

import "math/bits"

// Stream hands out the words of one Philox sequence one after another, for
// graph building, where draws have an order but no sweep. It is still
// counter-based: a stream is named by seed, purpose and id, and streams of
// different names are independent. The zero Stream is not usable.
type Stream struct {
	key     [2]uint32
	id      uint32
	purpose Purpose
	block   uint64 // blocks drawn so far
	words   [4]uint32
	left    int // words not handed out yet, at the end of words
}

// NewStream is the stream of the given key (see Key), purpose and id, at its
// beginning. Its counters are (id, block low, block high, purpose).
func NewStream(key [2]uint32, purpose Purpose, id uint32) Stream {
	return Stream{key: key, id: id, purpose: purpose}
}

// Uint32 is the next word.
func (s *Stream) Uint32() uint32 {
	if s.left == 0 {
		counter := [4]uint32{s.id, uint32(s.block), uint32(s.block >> 32), uint32(s.purpose)}
		s.words = Philox(counter, s.key)
		s.block++
		s.left = len(s.words)
	}
	s.left--
	return s.words[len(s.words)-1-s.left]
}

// Uint64 is the next two words, low one first.
func (s *Stream) Uint64() uint64 {
	low := uint64(s.Uint32())
	return low | uint64(s.Uint32())<<32
}

// Float64 is uniform on [0, 1) in steps of 2^-53.
func (s *Stream) Float64() float64 {
	return float64(float64(s.Uint64()>>11) * 0x1p-53)
}

// IntN is uniform on 0..n-1, without bias; n must be positive. It takes the
// high half of a 64x64-bit product and rejects the few low halves that would
// favour some results (Lemire, ACM TOMACS 29, 2019).
func (s *Stream) IntN(n int) int {
	if n <= 0 {
		panic("rng: IntN of a number that is not positive")
	}
	bound := uint64(n)
	high, low := bits.Mul64(s.Uint64(), bound)
	if low < bound {
		for reject := -bound % bound; low < reject; {
			high, low = bits.Mul64(s.Uint64(), bound)
		}
	}
	return int(high)
}
