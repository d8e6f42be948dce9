// Package vector visits the nodes of a slice together: the vector forms of the
// visits in cpuref/tnn, with the same bits. There every formula stands for one node;
// here lane l of a vector belongs to node l of the slice. Where one node branches,
// all lanes go both ways and a mask selects.
//
// A visit is five stages, which share a Frame. In hylton2020 Charge2020 and
// Sample2020 are steps 1 to 8 of docs/model.md section 2, Equilibrate2020 and
// Change are step 9, Finish adds the sums up. The third puts the few half-edges
// whose weights change into a dense list, Changes, so that the noise, which is most of the
// work, has no idle lanes; the last takes the new weights out again. In hylton2019
// (section 3) Charge2019 and Sample2019 are a relaxing visit; in an adapting one
// Relax2019, Change and Finish follow.
//
// The assembly is written by package gen (go generate), one Go function for each
// formula. There is a form for each set of instructions and precision; they differ
// in what a register holds and in the instructions that do an operation on lanes.
package vector

//go:generate go run -C gen . avx2single -out ../avx2single_amd64.s -stubs ../avx2single_amd64.go -pkg vector
//go:generate go run -C gen . avx2double -out ../avx2double_amd64.s -stubs ../avx2double_amd64.go -pkg vector
//go:generate go run -C gen . avx512single -out ../avx512single_amd64.s -stubs ../avx512single_amd64.go -pkg vector
//go:generate go run -C gen . avx512double -out ../avx512double_amd64.s -stubs ../avx512double_amd64.go -pkg vector

// Lanes is the number of nodes of a slice.
const Lanes = 32

// LeastLanes is the number of lanes of the narrowest register.
const LeastLanes = 4

// Real is a number in the precision of a form.
type Real interface{ float32 | float64 }

// Reals is a value for each node of a slice.
type Reals[F Real] [Lanes]F

// Mask is a truth for each node of a slice. Only stages look into it: forms for
// AVX2 keep a word for each lane, those for AVX-512 a bit.
type Mask[F Real] Reals[F]

// All is one value, real or word, for all lanes of a register of AVX2; those of
// AVX-512 are filled from the first.
type All [4]uint64

// Network says where a replica's arrays begin; see replica in cpuref/tnn.
type Network[F Real] struct {
	ID, Neighbour                        *int32
	WeightOf, Active                     *uint32
	Rows                                 *Row // one for each half row of half-edges
	State, Energy                        *F
	Basis                                *F // states that external nodes which predict look at
	Adapted, Offered                     *F // hylton2019
	Dissipation, Transport               *F
	QualityNumerator, QualityDenominator *F
	Charge0, Memory0, Potential0         *F
	Charge1, Memory1, Potential1         *F
	Weight                               *F
	Stays                                *Stay      // hylton2019
	Keys                                 [10][2]All // of the rounds of Philox
}

// Row is what never changes of half a row of half-edges, those of one slot. The
// positions of the other ends mostly follow one another, and so do the indices of
// the weights, but for one leap: then lane l has the one at First[0]+l, or at
// First[1]+l if its bit is set in Leap. Elsewhere First[0] of Neighbour is -1. Masks
// have one bit for each lane.
type Row struct {
	Neighbour, Weight [2]int32 // First of either
	Leap              [2]uint16
	There             uint16 // network nodes that have such a half-edge
	Network           uint16 // of these, to another network node or to itself
	Over              uint16 // of these, whose visits are over with this one
	Loop              uint16 // of these, to itself
	_                 [2]uint16
}

// Stay is what a visit of hylton2019 finds of the half-edges of a register, for relaxing
// sweeps that follow, as these change neither charges nor weights: in the lower and the upper
// half, a bit for each lane whose positive, or negative, charge belongs to a compartment of
// the weight's sign.
type Stay = uint32

// Sweep is what is the same for all slices of a segment in one sweep. Flags are 0
// or all ones.
type Sweep[F Real] struct {
	Number  All    // k
	Adapt   All    // flag: weights may change
	Plastic All    // flag: they are of a kind that does
	Predict uint64 // flag: external nodes offer nothing where they are not predicted

	Adapting uint64   // flag: the adapting sweep of hylton2019
	Known    uint64   // flag: a relaxing sweep that follows another one, which found Stays
	Fixed    [2]int64 // states at or below zero and above it, in hylton2019
	Cubes    [2]*F

	Levels, Temperature, Four, Threshold, LogLevels, Cut All
	G, SizeMass, M, TwoM, Deviation, Bound               All
}

// Frame is what a thread that visits one slice after another tells the stages.
type Frame[F Real] struct {
	Here    Slice
	Next    Slice        // visited after it, of which memory is asked for; no slots if there is none
	Ahead   int64        // from a half-edge of Here to that of Next, in bytes
	Slot    *Slot[F]     // one for each row of half-edges
	Running *[2]Reals[F] // one for each state of a side, sums of weights up to it; hylton2019
	Changes Changes[F]
	Count   int64 // of updates in Changes
	Work    *Work[F]
	Mine    uint32 // lanes that are network nodes
}

// Slice is where a slice stands in the arrays.
type Slice struct {
	First int64 // position of lane 0
	Row   int64 // its first half-edge
	Slots int64 // rows of half-edges
}

// Work is the memory of the stages.
type Work[F Real] struct {
	Bits             Reals[F]     // bit l of the word in lane l; see SetBits
	Equilibrate      Mask[F]      // lanes that do
	Settled          [2]Mask[F]   // lanes of which either pair of compartments is; hylton2019
	Charge, Capacity [4]Reals[F]  // Q and W, by compartment
	Depth            [2]Reals[F]  // D- and D+
	Wings            [2]Wing[F]   // hylton2020
	Sides            [2]Side[F]   // hylton2019
	X                Reals[F]     // new states
	Sums             [12]Reals[F] // in the order of the sums of package tnn
	Totals           [16]F
	Spill            [64]Reals[F] // where a form has not enough registers
}

// Wing is one side of the candidate states; see wing and series in cpuref/tnn.
type Wing[F Real] struct{ Levels, First, Rise, Ratio, Terms Reals[F] }

// Side is the fixed states on one side of zero: the sums over those that have any
// weight, and their number; see weigh2019 in cpuref/tnn.
type Side[F Real] struct{ Total, Mean, Count Reals[F] }

// Slot is what the stages of a visit tell each other about one half-edge of every
// node.
type Slot[F Real] struct {
	V, W     Reals[F] // voltage, as offered, and weight
	PA, PB   Reals[F] // potentials in A and in B
	A, B     Mask[F]  // members
	Changing Mask[F]  // in Changes
}

// Changes are the weights that change in a visit, densely: each by an update as a
// member of A or of B, and where Twice is all ones by another as a member of both.
// Words are as long as reals. There is room for Lanes more than there are.
type Changes[F Real] struct {
	I, J, Twice             *uint32
	At, To                  *uint32 // forms for AVX2: the weight's index, and where in the slots it stands, in bytes
	W, Error, Again, Square *F
}
