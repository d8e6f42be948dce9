// Package rng is the noise of every run: a pure function of who draws, what
// for and in which sweep (docs/model.md section 7). Layout, order, threads and
// devices therefore cannot change it, and there is no generator state to keep.
package rng

import "tnn-gpu/host/fmath"

// Purpose is the last word of a Philox counter: what a draw is for.
type Purpose uint32

// The purposes of docs/model.md section 7; from GraphStubs on they belong to
// graph building.
const (
	NodeState     Purpose = 0
	WeightNoise   Purpose = 1
	External      Purpose = 2
	InitialWeight Purpose = 3
	InitialState  Purpose = 4
	GraphStubs    Purpose = 8
	GraphRewire   Purpose = 9
	Placement     Purpose = 10
	Grouping      Purpose = 11
	ScanPoint     Purpose = 128 // of a scan: counter (point, axis, 0)
	ExternalNoise Purpose = 129 // with a correlation time
)

// The purposes of self-organising recurrent networks (docs/sorn.md section 7).
const (
	SornNoiseE Purpose = 32 + iota // of excitatory units
	SornNoiseI
	SornDegreeEE // of a matrix: excitatory to excitatory
	SornDegreeEI // inhibitory to excitatory, the letters that users know
	SornDegreeIE // excitatory to inhibitory
	SornPartnersEE
	SornPartnersEI
	SornPartnersIE
	SornRepair // inhibition for units that got none
	SornWeightEE
	SornWeightEI
	SornWeightIE
	SornThresholdE
	SornThresholdI
	SornFirstX
	SornFirstY
	SornTarget
	SornBirths   // how many synapses are born in a step
	SornPosition // and where
	SornInput
	SornChoice // of words, symbols and subsets
	SornPool
	SornShuffle
)

// The purposes of Hopfield networks (docs/hopfield.md section 5).
const (
	HopfieldNetwork Purpose = 64 + iota
	HopfieldPattern
	HopfieldOrder
	HopfieldStart
	HopfieldRecall
	HopfieldDamage
)

// The purposes of the perceptron (docs/perceptron.md section 3).
const (
	Realisation      Purpose = 80 // the key of a realisation
	Teacher          Purpose = 81
	Student          Purpose = 82 // its start
	Example          Purpose = 83 // fresh, one step long
	StoredExample    Purpose = 84
	Pick             Purpose = 85 // of stored examples
	Thermal          Purpose = 86
	EstimatorExample Purpose = 87 // and the second, independent batch 88
)

// The purposes of learned codes (docs/codes.md section 4).
const (
	CodeChannel     Purpose = 96 + iota
	CodeExploration         // of codewords, by which they are perturbed
	CodeDither
	CodeStart
	CodeEvaluation
)

// The purposes of signals (docs/signals.md section 4).
const (
	UrnPlay        Purpose = 112
	AttributePlay  Purpose = 113
	AgentStart     Purpose = 114
	HeldOut        Purpose = 115
	ListenerAct    Purpose = 116
	RandomLanguage Purpose = 117
)

// Key is the Philox key of a run's seed: its low and its high word.
func Key(seed uint64) [2]uint32 {
	return [2]uint32{uint32(seed), uint32(seed >> 32)}
}

// SelfLoop is the counter word j of self-loop r of a node, where an edge to
// another node has that node's number (docs/model.md section 7).
func SelfLoop(r uint32) uint32 { return ^r }

// Philox is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC'11). Device twin: philox in kernels.cl.
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	x0, x1, x2, x3 := Draw(counter[0], counter[1], counter[2], Purpose(counter[3]), key)
	return [4]uint32{x0, x1, x2, x3}
}

// Draw is Philox of the counter (i, j, k, purpose) of docs/model.md section 7:
// the visiting node, what the draw is for, the sweep, the purpose. It is the
// form for inner loops: its words travel in registers, which arrays do not.
func Draw(i, j, k uint32, purpose Purpose, key [2]uint32) (x0, x1, x2, x3 uint32) {
	x0, x1, x2, x3 = i, j, k, uint32(purpose)
	k0, k1 := key[0], key[1]
	for range 10 {
		p := uint64(x0) * 0xD2511F53
		q := uint64(x2) * 0xCD9E8D57
		// x1^k0 first: it need not wait for the product, which is slow.
		x0, x1 = uint32(q>>32)^(x1^k0), uint32(q)
		x2, x3 = uint32(p>>32)^(x3^k1), uint32(p)
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return x0, x1, x2, x3
}

// Uniform is ((x >> 9) + 1/2) 2^-23, in (0, 1): exact in float32, and never 0
// or 1. Device twin: uniform_real in kernels.cl.
func Uniform[F fmath.Float](x uint32) F {
	return F((F(int32(x>>9)) + 0.5) * 0x1p-23)
}

// Normal is a standard normal deviate from two words, by Box and Muller:
// sqrt(-2 ln u(x)) cos(2 pi u(y)), of magnitude below 5.8. Device twin: normal
// in kernels.cl.
func Normal[F fmath.Float](x, y uint32) F {
	radius := fmath.Sqrt(F(-2 * fmath.Log(Uniform[F](x))))
	return F(radius * fmath.Cos2Pi(Uniform[F](y)))
}
