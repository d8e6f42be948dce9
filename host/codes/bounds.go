package codes

import (
	"fmt"
	"math"
	"math/bits"

	"tnn-gpu/host/fmath"
)

// WordsOf are the signs of a table: bit j of a message's word is 1 for plus in use j.
func WordsOf[F fmath.Float](t *Table, e []F) []uint32 {
	words := make([]uint32, t.Messages())
	for i, v := range e {
		if v >= 0 {
			words[i/t.N] |= 1 << (i % t.N)
		}
	}
	return words
}

// LeastDistance is the number of bits in which two of some words differ, at least.
func LeastDistance(words []uint32) int {
	least := math.MaxInt
	for i, a := range words {
		for _, b := range words[:i] {
			least = min(least, bits.OnesCount32(a^b))
		}
	}
	return least
}

func leastSquaredDistance[F fmath.Float](t *Table, x []F) F {
	least := F(math.Inf(1))
	for a := range t.Messages() {
		for b := range a {
			sum := F(0)
			for j := range t.N {
				d := x[a*t.N+j] - x[b*t.N+j]
				sum += F(d * d)
			}
			least = min(least, sum)
		}
	}
	return least
}

// Shells counts the 2^n words by their distance from the nearest of some words.
func Shells(words []uint32, n int) []int {
	distance := make([]int8, 1<<n)
	var queue []uint32
	for _, w := range words {
		if distance[w] == 0 {
			distance[w] = 1 // and so on: one more than the distance
			queue = append(queue, w)
		}
	}
	shells := make([]int, n+1)
	for at := 0; at < len(queue); at++ {
		w := queue[at]
		shells[distance[w]-1]++
		for j := range n {
			if next := w ^ 1<<j; distance[next] == 0 {
				distance[next] = distance[w] + 1
				queue = append(queue, next)
			}
		}
	}
	return shells
}

// BlockError is the probability that an output that comes by independent flips of
// probability p is decoded to another message than it was sent for. shells counts, by
// distance, the outputs that are decoded to a codeword at that distance.
func BlockError(shells []int, messages int, p float64) float64 {
	right := 0.0
	for d, count := range shells {
		right += float64(float64(count) * flips(d, len(shells)-1, p))
	}
	return 1 - right/float64(messages)
}

// flips is the probability of certain d flips, and no others, in n uses.
func flips(d, n int, p float64) float64 {
	return float64(power(p, int64(d)) * power(1-p, int64(n-d)))
}

// packed are the shells of a code that no code can surpass: the outputs stand around the
// codewords from distance 0 up.
func packed(messages, n int) []int {
	shells := make([]int, n+1)
	left, choose := 1<<n, 1
	for d := range shells {
		shells[d] = min(left, messages*choose)
		left -= shells[d]
		choose = choose * (n - d) / (d + 1)
	}
	return shells
}

// SpherePacking is the least block error that any code of 2^k messages over n uses of a
// binary symmetric channel could have (Shannon, Gallager and Berlekamp, Inf. Control
// 10:65, 1967).
func SpherePacking(k, n int, p float64) float64 {
	return BlockError(packed(1<<k, n), 1<<k, p)
}

// CheckBound refuses sums of a replica whose signs have a block error that no code can
// have.
func CheckBound(t *Table, replica int, sums []float64) error {
	if !t.Channel.Binary() {
		return nil
	}
	return checkBound(replica, t.TrainAt, sums[SumError], SpherePacking(t.K, t.N, t.TrainAt))
}

func checkBound(replica int, p, have, bound float64) error {
	if have >= bound-1e-12 {
		return nil
	}
	return fmt.Errorf("at p = %g the block error of replica %d is %v, and no code can have less than %v: this is a fault of the program", p, replica, have, bound)
}

// IsPerfect tells whether the shells of a code are those of the bound.
func IsPerfect(shells []int, messages int) bool {
	for d, count := range packed(messages, len(shells)-1) {
		if shells[d] != count {
			return false
		}
	}
	return true
}

// Converse is the least number of bits of a message of k bits that n uses of a binary
// symmetric channel leave unknown: k - n (1 - h2(p)), or 0.
func Converse(k, n int, p float64) float64 {
	return math.Max(0, float64(k)-float64(n)*(1-entropy(p)))
}

// entropy is h2(p) in bits.
func entropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -(p*math.Log2(p) + (1-p)*math.Log2(1-p))
}

// Uncoded is the block error of k bits that are sent one by one, each wrong with
// probability p.
func Uncoded(k int, p float64) float64 { return 1 - math.Pow(1-p, float64(k)) }

// Tail is the probability Q(x) that a normal deviate exceeds x.
func Tail(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// UncodedGauss is the block error of k bits that are sent one by one over awgn, at
// Eb/N0 in dB.
func UncodedGauss(k int, decibels float64) float64 {
	return Uncoded(k, Tail(math.Sqrt(2*math.Pow(10, decibels/10))))
}

// HammingHard is the block error of Hamming's (7,4) code where each output is first
// rounded to its sign, at Eb/N0 in dB.
func HammingHard(decibels float64) float64 {
	return SpherePacking(4, 7, Tail(math.Sqrt(2*4.0/7*math.Pow(10, decibels/10))))
}

// Hamming are the codewords of Hamming's (7,4) code: bits 0 to 3 are the message, the
// others the parities of its bits 012, 013 and 023 (docs/codes.md section 6).
func Hamming() []uint32 {
	words := make([]uint32, 16)
	for m := range uint32(16) {
		parity := func(mask uint32) uint32 { return uint32(bits.OnesCount32(m&mask) & 1) }
		words[m] = m | parity(0b0111)<<4 | parity(0b1011)<<5 | parity(0b1101)<<6
	}
	return words
}
