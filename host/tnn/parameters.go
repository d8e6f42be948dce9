package tnn

import "math"

// NodeParameters are the constants of a group's visits, in the precision of the
// run (docs/model.md sections 1 and 2). On devices they are at
// NODE_LEVELS and so on.
type NodeParameters[F float32 | float64] struct {
	Levels      F // S
	Temperature F // f
	Four        F // 4 f
	Threshold   F // T
	LogLevels   F // ln S, by which hylton2019 divides the entropy
	Cut         F // energies above the lowest by more than this have no weight
}

// EdgeParameters are the constants of a weight change, in the precision of the
// run (docs/model.md section 4). On devices they are at EDGE_G and so on.
type EdgeParameters[F float32 | float64] struct {
	G         F // 2 g
	SizeMass  F
	M         F // G + size_mass + change_mass
	TwoM      F // 2 M
	Deviation F // of the noise: sqrt(1/(2 M))
	RootM     F // sqrt(M)
	Bound     F // B
}

// The energy above the lowest from which a level's Boltzmann weight is below
// the resolution of the uniform deviate by a factor of 1000 or more.
const (
	cutSingle = 24
	cutDouble = 48
)

// NodeParametersOf rounds a group's constants to F.
func NodeParametersOf[F float32 | float64](g GroupSpec) NodeParameters[F] {
	p := NodeParameters[F]{
		Levels:      F(g.Levels),
		Temperature: F(g.InverseTemperature),
		Four:        F(4 * g.InverseTemperature),
		Threshold:   F(g.Threshold),
		LogLevels:   F(math.Log(float64(g.Levels))),
		Cut:         cutSingle,
	}
	if _, double := any(p.Cut).(float64); double {
		p.Cut = cutDouble
	}
	return p
}

// M is the sum of the masses of docs/model.md section 1.
func (e EdgeSpec) M() float64 { return 2*e.InverseTemperature + e.SizeMass + e.ChangeMass }

// EdgeParametersOf rounds an edge's constants to F.
func EdgeParametersOf[F float32 | float64](e EdgeSpec) EdgeParameters[F] {
	m := e.M()
	return EdgeParameters[F]{
		G: F(2 * e.InverseTemperature), SizeMass: F(e.SizeMass), M: F(m), TwoM: F(2 * m),
		Deviation: F(math.Sqrt(1 / (2 * m))), RootM: F(math.Sqrt(m)), Bound: F(e.Bound),
	}
}
