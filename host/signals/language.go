package signals

import (
	"math"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/rng"
)

// A language is the messages of all inputs of two attributes with some values each: two
// symbols for each input, whose number is first*values + second.

// Similarity is the topographic similarity of a language: Spearman's rank correlation of
// the distances between inputs and those between their messages, over all pairs. A
// distance is the number of attributes, or of symbols, that differ (Hamming); ties have
// their mean rank. It is 0 where all distances of one kind are equal.
func Similarity(messages []int, values int) float64 {
	var counts [3][3]float64 // by distance of inputs and of messages
	for x := range values * values {
		for y := range x {
			inputs := differ(x/values, y/values) + differ(x%values, y%values)
			said := differ(messages[2*x], messages[2*y]) + differ(messages[2*x+1], messages[2*y+1])
			counts[inputs][said]++
		}
	}
	var of, to [3]float64
	pairs := 0.0
	for i := range 3 {
		for k := range 3 {
			of[i] += counts[i][k]
			to[k] += counts[i][k]
			pairs += counts[i][k]
		}
	}
	u, v := ranks(of, pairs), ranks(to, pairs)
	var both, first, second float64
	for i := range 3 {
		for k := range 3 {
			both += float64(counts[i][k] * u[i] * v[k])
		}
		first += float64(of[i] * u[i] * u[i])
		second += float64(to[i] * v[i] * v[i])
	}
	if first == 0 || second == 0 {
		return 0
	}
	return both / math.Sqrt(float64(first*second))
}

func differ(a, b int) int {
	if a == b {
		return 0
	}
	return 1
}

// ranks are the mean ranks of values that ascend and occur so often, less the mean of
// all ranks.
func ranks(counts [3]float64, total float64) (out [3]float64) {
	before := 0.0
	for i, n := range counts {
		out[i] = before + (n-total)/2
		before += n
	}
	return out
}

// Posdis is the positional disentanglement of a language (Chaabouni et al. 2020): for a
// position, by how much the attribute that its symbol tells most of exceeds the other, in
// mutual information over the entropy of the symbol. It is the mean over the positions
// whose symbols differ, or 0 where there are none.
func Posdis(messages []int, values int) float64 {
	sum, positions := 0.0, 0.0
	for position := range 2 {
		symbols := make([]int, values*values)
		for input := range symbols {
			symbols[input] = messages[2*input+position]
		}
		h := entropyOf(symbols)
		if h == 0 {
			continue
		}
		first := mutual(symbols, func(input int) int { return input / values }, values)
		second := mutual(symbols, func(input int) int { return input % values }, values)
		sum += math.Abs(first-second) / h
		positions++
	}
	if positions == 0 {
		return 0
	}
	return sum / positions
}

// entropyOf is the entropy of a list in nats: 0 exactly where all are equal.
func entropyOf(list []int) float64 {
	counts := make([]int, 0, 64)
	for _, x := range list {
		for len(counts) <= x {
			counts = append(counts, 0)
		}
		counts[x]++
	}
	h := 0.0
	for _, c := range counts {
		if c > 0 && c < len(list) {
			p := float64(c) / float64(len(list))
			h -= float64(p * fmath.Log(p))
		}
	}
	return h
}

// mutual information in nats of a list and of what of says of its places, which has so
// many values, each as often.
func mutual(list []int, of func(place int) int, values int) float64 {
	within := 0.0
	for v := range values {
		var part []int
		for place, x := range list {
			if of(place) == v {
				part = append(part, x)
			}
		}
		within += entropyOf(part) / float64(values)
	}
	return entropyOf(list) - within
}

// Compositional is a language whose two symbols stand for the two attributes.
func Compositional(values int) []int {
	out := make([]int, 0, 2*values*values)
	for input := range values * values {
		out = append(out, input/values, input%values)
	}
	return out
}

// LatinSquare is a language with a message for each input of which no symbol tells
// anything of one attribute: (a + b, a + 2b), modulo an odd number of values.
func LatinSquare(values int) []int {
	out := make([]int, 0, 2*values*values)
	for input := range values * values {
		a, b := input/values, input%values
		out = append(out, (a+b)%values, (a+2*b)%values)
	}
	return out
}

// Bijection is a random language that has a message for each input, with as many symbols
// as values: number so and so of a key.
func Bijection(values int, key [2]uint32, number uint32) []int {
	out := make([]int, 0, 2*values*values)
	for _, message := range shuffled(values*values, key, number, rng.RandomLanguage) {
		out = append(out, message/values, message%values)
	}
	return out
}
