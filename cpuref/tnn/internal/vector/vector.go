// Package vector visits the nodes of a slice together: the vector form, for
// processors with AVX-512, of the single precision visits in package cpuref, with
// the same bits. There every formula stands for one node; here lane l of a vector
// belongs to node l of the slice. Where one node branches, all lanes go both ways
// and a mask selects.
//
// A visit is five stages, which share a Frame. In hylton2020 Charge2020 and
// Sample2020 are steps 1 to 8 of docs/model.md section 2, Equilibrate2020 and
// Change are step 9, Finish adds the sums up. The third puts the few half-edges
// whose weights change into a dense Batch, so that the noise, which is most of the
// work, has no idle lanes; the last takes the new weights out again. In hylton2019
// (section 3) Charge2019 and Sample2019 are a relaxing visit; in an adapting one
// Relax2019, Change and Finish follow.
//
// The assembly is written by package gen (go generate), one Go function for each
// formula.
package vector

//go:generate go run -C gen . -out ../vector_amd64.s -stubs ../vector_amd64.go -pkg vector

// Lanes is the number of nodes of a slice.
const Lanes = 32

// Reals is a value for each node of a slice.
type Reals [Lanes]float32

// Network says where a replica's arrays begin; see replica in cpuref/tnn.
type Network struct {
	ID, Neighbour                        *int32
	WeightOf, Active                     *uint32
	Rows                                 *Row // one for each half row of half-edges
	State, Energy                        *float32
	Basis                                *float32 // states that external nodes which predict look at
	Adapted, Offered                     *float32 // hylton2019
	Dissipation, Transport               *float32
	QualityNumerator, QualityDenominator *float32
	Charge0, Memory0, Potential0         *float32
	Charge1, Memory1, Potential1         *float32
	Weight                               *float32
	Keys                                 [10][2]uint32 // of the rounds of Philox
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

// Sweep is what is the same for all slices of a segment in one sweep. Flags are 0
// or all ones.
type Sweep struct {
	Number  uint32 // k
	Adapt   uint32 // weights may change
	Plastic uint32 // they are of a kind that does
	Predict uint32 // external nodes offer nothing where they are not predicted

	Adapting uint32   // the adapting sweep of hylton2019
	Fixed    [2]int64 // states at or below zero and above it, in hylton2019
	Cubes    [2]*float32

	Levels, Temperature, Four, Threshold, LogLevels, Cut float32
	G, SizeMass, M, TwoM, Deviation, Bound               float32
}

// Frame is the memory of a thread that visits one slice after another. What comes
// in twos is for the first and for the second half of the lanes.
type Frame struct {
	First int64     // position of lane 0
	Row   int64     // its first half-edge
	Slots int64     // rows of half-edges
	Slot  *Slot     // one for each
	Mine  [2]uint32 // lanes that are network nodes

	Equilibrate [2]uint32 // lanes that do

	Charge, Capacity [4]Reals     // Q and W, by compartment
	Depth            [2]Reals     // D- and D+
	Wings            [2]Wing      // hylton2020
	Sides            [2]Side      // hylton2019
	Running          *[2]Reals    // one for each state of a side, sums of weights up to it; hylton2019
	Settled          [2][2]uint32 // lanes of which either pair of compartments is; hylton2019
	X                Reals        // new states
	Sums             [12]Reals    // in the order of the sums of package tnn
	Totals           [16]float32

	Batch Batch
	Count int64 // of updates in the batch
}

// Wing is one side of the candidate states; see wing and series in cpuref/tnn.
type Wing struct{ Levels, First, Rise, Ratio, Terms Reals }

// Side is the fixed states on one side of zero: the sums over those that have any
// weight, and their number; see weigh2019 in cpuref/tnn.
type Side struct{ Total, Mean, Count Reals }

// Slot is what the stages of a visit tell each other about one half-edge of every
// node. Masks have one bit for each lane.
type Slot struct {
	V, W     Reals     // voltage, as offered, and weight
	PA, PB   Reals     // potentials in A and in B
	A, B     [2]uint32 // members
	Changing [2]uint32 // in the batch
}

// Batch is the weights that change in a visit, densely: each by an update as a
// member of A or of B, and where Twice is all ones by another as a member of both.
// There is room for Lanes more than there are.
type Batch struct {
	I, J, Twice             *uint32
	W, Error, Again, Square *float32
}
