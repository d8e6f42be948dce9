package codes

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"tnn-gpu/host/cores"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
	"tnn-gpu/host/state"
)

// Blocks are block errors at a strength of the noise: the probability that a message is
// taken for another one. What is not known of a channel or of a code is NaN, and standard
// errors are 0 where a probability is exact.
type Blocks struct {
	Point     float64
	Receiver  float64 // of the code with its receiver
	Deviation float64
	Best      float64 // of the code at best decoding
	BestError float64
	Uncoded   float64 // k bits that are sent one by one
	Hard      float64 // Hamming's (7,4) code, each output rounded to its sign
	HardError float64
	Soft      float64 // Hamming's code at best decoding
	SoftError float64
	Bound     float64 // no code has less
}

// Evaluate measures a replica in a state at all points of a list (docs/codes.md section
// 5). Over channels for signs every output is looked at, else messages are sent.
func Evaluate(t *Table, s *state.State, replica int, key uint64) ([]Blocks, error) {
	if s.Precision == state.Double {
		return evaluate[float64](t, s, replica, key)
	}
	return evaluate[float32](t, s, replica, key)
}

func evaluate[F fmath.Float](t *Table, s *state.State, replica int, key uint64) ([]Blocks, error) {
	e := Part[F](s, TableField, replica)
	judge := newJudge(t, e, Part[F](s, WeightsField, replica), Part[F](s, CountsField, replica))
	var out []Blocks
	for number, point := range t.Evaluate {
		if !t.Channel.Binary() {
			out = append(out, send(t, judge, e, point, uint32(number), rng.Key(key)))
			continue
		}
		b := enumerate(t, judge, WordsOf(t, e), point)
		if err := checkBound(replica, point, min(b.Receiver, b.Best), b.Bound); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// judge makes functions that decide which message an output comes from. Each may be
// called by one goroutine.
type judge[F fmath.Float] func() func(y []F) int

func newJudge[F fmath.Float](t *Table, e, weights, counts []F) judge[F] {
	messages := t.Messages()
	switch t.Receiver {
	case Network:
		net := NetOf(t, weights)
		return func() func(y []F) int {
			h, logits := make([]F, t.Hidden), make([]F, messages)
			return func(y []F) int {
				net.Forward(h, logits, y)
				return Best(logits)
			}
		}
	case Counts:
		return func() func(y []F) int {
			return func(y []F) int { return Best(counts[Output(y)*messages:][:messages]) }
		}
	}
	x := make([]F, len(e))
	Symbols(t, x, e)
	slope := ConstantsOf[F](t, t.TrainAt).Slope
	return func() func(y []F) int {
		likely := make([]F, messages)
		return func(y []F) int {
			for m := range likely {
				likely[m] = Likelihood(x[m*t.N:][:t.N], Output(y), slope)
			}
			return Best(likely)
		}
	}
}

// Output is the number of a received word of signs: bit j is 1 for plus in use j.
func Output[F fmath.Float](y []F) int {
	word := 0
	for j, v := range y {
		if v > 0 {
			word |= 1 << j
		}
	}
	return word
}

// Likelihood of output y where signs of means x were sent, and slope is 1 - 2p. Device
// twin: codes_likelihood.
func Likelihood[F fmath.Float](x []F, y int, slope F) F {
	product := F(1)
	for j, v := range x {
		if y>>j&1 == 0 {
			v = -v
		}
		product = F(product * F(F(1+F(slope*v))/2))
	}
	return product
}

// Flips are the probabilities of all patterns of flips over a channel for signs: bit j of
// a pattern is 1 where use j is flipped.
func Flips(t *Table, p float64) []float64 {
	out := make([]float64, 1<<t.N)
	for z := range out {
		quiet := flips(bits.OnesCount(uint(z)), t.N, p)
		if t.Channel != Bursts {
			out[z] = quiet
			continue
		}
		out[z] = (1 - t.Burst) * quiet
		for first := range t.N {
			length := min(t.BurstLength, t.N-first)
			outside := z &^ ((1<<length - 1) << first)
			out[z] += t.Burst / float64(t.N) * math.Ldexp(flips(bits.OnesCount(uint(outside)), t.N-length, p), -length)
		}
	}
	return out
}

func enumerate[F fmath.Float](t *Table, of judge[F], words []uint32, p float64) Blocks {
	likely, messages, decide := Flips(t, p), t.Messages(), of()
	y, right, best := make([]F, t.N), 0.0, 0.0
	for output := range 1 << t.N {
		for j := range y {
			y[j] = F(2*(output>>j&1) - 1)
		}
		right += likely[uint32(output)^words[decide(y)]]
		best += nearest(likely, words, output)
	}
	b := Blocks{Point: p, Receiver: 1 - right/float64(messages), Best: 1 - best/float64(messages), Bound: bound(likely, messages), Uncoded: math.NaN(), Hard: math.NaN(), Soft: math.NaN()}
	if t.Channel == BSC {
		b.Uncoded = Uncoded(t.K, p)
	}
	if t.K == 4 && t.N == 7 {
		sum := 0.0
		for output := range 1 << t.N {
			sum += nearest(likely, Hamming(), output)
		}
		b.Hard = 1 - sum/16
		b.Soft = b.Hard
	}
	return b
}

// nearest is the probability of an output given the message for which it is greatest.
func nearest(likely []float64, words []uint32, output int) float64 {
	best := 0.0
	for _, w := range words {
		best = max(best, likely[uint32(output)^w])
	}
	return best
}

// bound is the least block error that a code of so many messages could have where flips
// have these probabilities: each message has as many outputs, those of its most probable
// flips. For independent flips it is the sphere-packing bound.
func bound(likely []float64, messages int) float64 {
	sorted := slices.Clone(likely)
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
	right, each := 0.0, float64(len(likely))/float64(messages)
	for i, p := range sorted {
		right += p * math.Max(0, math.Min(1, each-float64(i)))
	}
	return 1 - right
}

// tally counts the blocks that were decoded wrong.
type tally struct{ receiver, best, hard, soft int }

// send measures block errors by sending messages, one after another, over a channel for
// real numbers.
func send[F fmath.Float](t *Table, of judge[F], e []F, point float64, number uint32, key [2]uint32) Blocks {
	x := make([]F, len(e))
	Symbols(t, x, e)
	hamming := hammingSymbols[F](t)
	blocks := cores.Ranges(t.Blocks, 1)
	parts := make([]tally, len(blocks))
	cores.Each(len(parts), func(i int) {
		parts[i] = count(t, of(), x, hamming, point, number, key, blocks[i].From, blocks[i].To)
	})
	var sum tally
	for _, p := range parts {
		sum.receiver, sum.best, sum.hard, sum.soft = sum.receiver+p.receiver, sum.best+p.best, sum.hard+p.hard, sum.soft+p.soft
	}
	b := Blocks{Point: point, Uncoded: uncodedReal(t, point), Hard: math.NaN(), Soft: math.NaN(), Bound: math.NaN()}
	b.Receiver, b.Deviation = share(sum.receiver, t.Blocks)
	b.Best, b.BestError = share(sum.best, t.Blocks)
	if hamming != nil {
		b.Hard, b.HardError = share(sum.hard, t.Blocks)
		b.Soft, b.SoftError = share(sum.soft, t.Blocks)
		if t.Channel == AWGN {
			b.Hard, b.HardError = HammingHard(point), 0
		}
	}
	return b
}

func share(count, of int) (mean, deviation float64) {
	mean = float64(count) / float64(of)
	return mean, math.Sqrt(mean * (1 - mean) / float64(of))
}

// hammingSymbols are the codewords of Hamming's code where it has the sizes of the
// table, else nil.
func hammingSymbols[F fmath.Float](t *Table) []F {
	if t.K != 4 || t.N != 7 {
		return nil
	}
	x := make([]F, 16*7)
	for i := range x {
		x[i] = F(2*int(Hamming()[i/7]>>(i%7)&1) - 1)
	}
	return x
}

// uncodedReal is the block error of bits that are sent one by one.
func uncodedReal(t *Table, decibels float64) float64 {
	if t.Channel == AWGN {
		return UncodedGauss(t.K, decibels)
	}
	// The noise exceeds 1 with probability exp(-1/b)/2, b = sigma/sqrt(2), at rate 1.
	return Uncoded(t.K, math.Exp(-2*math.Sqrt(math.Pow(10, decibels/10)))/2)
}

func count[F fmath.Float](t *Table, decide func(y []F) int, x, hamming []F, point float64, number uint32, key [2]uint32, from, to int) tally {
	c, n, messages := ConstantsOf[F](t, point), t.N, t.Messages()
	noise, y, signs := make([]F, n), make([]F, n), make([]F, n)
	var wrong tally
	for block := from; block < to; block++ {
		message := block % messages
		Noise(noise, t, &c, key, rng.CodeEvaluation, uint32(block), number)
		receive(y, x[message*n:][:n], noise)
		if decide(y) != message {
			wrong.receiver++
		}
		if closest(t, x, y) != message {
			wrong.best++
		}
		if hamming == nil {
			continue
		}
		receive(y, hamming[message*n:][:n], noise)
		if closest(t, hamming, y) != message {
			wrong.soft++
		}
		for j, v := range y {
			signs[j] = Sign(v)
		}
		if closest(t, hamming, signs) != message {
			wrong.hard++
		}
	}
	return wrong
}

func receive[F fmath.Float](y, x, noise []F) {
	for j := range y {
		y[j] = x[j] + noise[j]
	}
}

// closest is the message of greatest likelihood: the nearest codeword by the squares of
// the differences, or over laplace by their magnitudes.
func closest[F fmath.Float](t *Table, x, y []F) int {
	best, least := 0, F(math.Inf(1))
	for m := range t.Messages() {
		sum := F(0)
		for j, v := range x[m*t.N:][:t.N] {
			d := y[j] - v
			if t.Channel == Laplace {
				sum += F(math.Abs(float64(d)))
			} else {
				sum += F(d * d)
			}
		}
		if sum < least {
			best, least = m, sum
		}
	}
	return best
}
