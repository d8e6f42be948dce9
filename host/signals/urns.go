package signals

import (
	"cmp"
	"math"
	"slices"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// Pick draws from weights by a word: the first index whose running sum exceeds
// floor(word W/2^32), W being the sum of all. Device twin: signals_pick.
func Pick(weights []int32, word uint32) int {
	total := uint64(0)
	for _, w := range weights {
		total += uint64(w)
	}
	rest := uint32(uint64(word) * total >> 32)
	for i, w := range weights {
		if rest < uint32(w) {
			return i
		}
		rest -= uint32(w)
	}
	return len(weights) - 1 // not reached: floor is below W
}

// Draws are the words of a play that speaker, listener and the variants take, by the
// block of the counter (section 4).
type Draws struct {
	State, Signal, Act, Noise         uint32 // block 0
	Other, Listener                   uint32 // block 1
	Loss, Lost, AnswerLoss, AnswerOut uint32 // block 2
}

// DrawsOf are those of a play of a population. Blocks that no variant asks for are left
// out.
func (l *LewisTable) DrawsOf(key [2]uint32, population, play uint32) (d Draws) {
	d.State, d.Signal, d.Act, d.Noise = rng.Draw(population, 0, play, rng.UrnPlay, key)
	if l.Noise > 0 || l.Listeners > 1 {
		d.Other, d.Listener, _, _ = rng.Draw(population, 1, play, rng.UrnPlay, key)
	}
	if l.Forget > 0 {
		d.Loss, d.Lost, d.AnswerLoss, d.AnswerOut = rng.Draw(population, 2, play, rng.UrnPlay, key)
	}
	return d
}

// Share is a probability in units of 2^-32, from 0 to 2^32: an event happens where a
// word is below it.
func Share(p float64) uint64 { return uint64(math.Round(float64(p * 0x1p32))) }

// StateWeights are the weights by which states are drawn.
func (l *LewisTable) StateWeights() []int32 {
	weights := make([]int32, l.States)
	for i := range weights {
		weights[i] = 1
		if l.Weights != nil {
			weights[i] = int32(l.Weights[i])
		}
	}
	return weights
}

// frequencies of the states.
func (l *LewisTable) frequencies() []float64 {
	weights, total := l.StateWeights(), 0.0
	for _, w := range weights {
		total += float64(w)
	}
	out := make([]float64, len(weights))
	for i, w := range weights {
		out[i] = float64(w) / total
	}
	return out
}

// arrival is the probability with which a signal arrives as another one or itself.
func (l *LewisTable) arrival(sent, heard int) float64 {
	switch {
	case sent == heard:
		return 1 - l.Noise
	case l.Noise == 0:
		return 0
	}
	return l.Noise / float64(l.Signals-1)
}

// proportions are the rows of urns of some width, each divided by its sum.
func proportions(balls []int32, width int) []float64 {
	out := make([]float64, len(balls))
	for i := 0; i < len(balls); i += width {
		total := int64(0)
		for _, b := range balls[i : i+width] {
			total += int64(b)
		}
		for k := i; k < i+width; k++ {
			out[k] = float64(balls[k]) / float64(total)
		}
	}
	return out
}

// Success is the expected share of plays that succeed, for the probabilities of signals
// in states and of acts after signals, of all listeners.
func (l *LewisTable) Success(speaker, listener []float64) float64 {
	n, m := l.States, l.Signals
	answers := make([]float64, m*n) // by signal and act, mean over listeners
	for i, p := range listener {
		answers[i%(m*n)] += p / float64(l.Listeners)
	}
	sum := 0.0
	for s, frequency := range l.frequencies() {
		right := 0.0
		for sent := range m {
			for heard := range m {
				if l.Noise == 0 && heard != sent {
					continue
				}
				right += float64(float64(speaker[s*m+sent]*l.arrival(sent, heard)) * answers[heard*n+s])
			}
		}
		sum += float64(frequency * right)
	}
	return sum
}

// Bound is the largest success that any speaker and listener can have: the sum over the
// signals that arrive of what the state is worth that is likeliest behind each, for the
// best choice of signals.
func (l *LewisTable) Bound() float64 {
	f := append(l.frequencies(), 0) // a state that never comes, where there is one alone
	slices.SortFunc(f, func(a, b float64) int { return cmp.Compare(b, a) })
	if l.inverted() {
		// Signals arrive as others: the most frequent state stands behind each but its own,
		// and behind that one the next, which has another signal.
		other := l.arrival(0, 1)
		return min(1, float64(l.Signals-1)*f[0]*other+max(f[0]*(1-l.Noise), f[1]*other))
	}
	sum := 0.0
	for k := range l.Signals {
		by := 0.0 // a spare signal, which only noise makes
		if l.Signals > 1 {
			by = f[0] * l.arrival(0, 1)
		}
		if k < l.States {
			by = max(by, f[k]*(1-l.Noise))
		}
		sum += by
	}
	return min(1, sum)
}

// inverted tells whether a signal arrives less often as itself than as any other one.
func (l *LewisTable) inverted() bool {
	return l.Signals > 1 && l.Noise > float64(l.Signals-1)/float64(l.Signals)
}

// information is the mutual information of state and signal sent, in bits.
func (l *LewisTable) information(speaker []float64) float64 {
	m := l.Signals
	f, sent := l.frequencies(), make([]float64, m)
	for s, p := range f {
		for k := range m {
			sent[k] += float64(p * speaker[s*m+k])
		}
	}
	bits := 0.0
	for s, p := range f {
		for k := range m {
			if q := speaker[s*m+k]; q > 0 {
				bits += float64(float64(p*q) * fmath.Log(q/sent[k]))
			}
		}
	}
	return bits / math.Ln2
}

// signals tells whether every state has a signal of its own, which the listener understands.
// With states that are alike and a clear channel success is then above 1 - 1/(2N): all states
// together fail in less than half a play of each, so that each succeeds in more than half of
// its plays, by an act that has more than half of the balls of some urn, which no two acts do.
func (l *LewisTable) signals(speaker, listener []float64) bool {
	clear := *l
	clear.Weights, clear.Noise = nil, 0
	if l.inverted() {
		clear.Noise = 1
	}
	return clear.Success(speaker, listener) > 1-1/float64(2*l.States)
}

// urnSums are the columns of a population after a play.
func (l *LewisTable) urnSums(sums []float64, speaker, listener []int32, wins int32, play int64) {
	says, answers := proportions(speaker, l.Signals), proportions(listener, l.States)
	signalling := 0.0
	if l.signals(says, answers) {
		signalling = 1
	}
	won := 0.0
	if play > 0 {
		won = float64(wins) / float64(play)
	}
	copy(sums, []float64{l.Success(says, answers), won, signalling, l.information(says)})
}

// Drift is the mean-field limit of a play of Roth and Erev's rule, without the variants:
// how the probabilities of speaker and of listener move, in units of the inverse of the
// balls of an urn. It is 0 where every signal that is sent in a state, and every act
// after a signal, succeeds as often as the others: the fixed points of the replicator.
func (l *LewisTable) Drift(speaker, listener []float64) (of, answers []float64) {
	n, m, f := l.States, l.Signals, l.frequencies()
	of, answers = make([]float64, len(speaker)), make([]float64, len(listener))
	for s := range n {
		mean := 0.0
		for k := range m {
			mean += speaker[s*m+k] * listener[k*n+s]
		}
		for k := range m {
			of[s*m+k] = f[s] * speaker[s*m+k] * (listener[k*n+s] - mean)
		}
	}
	for k := range m {
		mean := 0.0
		for s := range n {
			mean += f[s] * speaker[s*m+k] * listener[k*n+s]
		}
		for s := range n {
			answers[k*n+s] = listener[k*n+s] * (f[s]*speaker[s*m+k] - mean)
		}
	}
	return of, answers
}
