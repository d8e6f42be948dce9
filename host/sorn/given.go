package sorn

import (
	"cmp"
	"fmt"
	"slices"

	"tnn-gpu/host/rng"
)

// Birth is a synapse that is born, from unit J to unit I.
type Birth struct{ I, J int32 }

// Given are the draws of a step, for all replicas.
type Given struct {
	NoiseE, NoiseI []float64 // standard deviations applied; nil: none
	Input          []float64 // by channel
	Births         []Birth   // by unit and presynaptic unit
}

// GivenOf checks draws: under SornNoiseE and SornNoiseI the noise of each unit, under
// SornInput the inputs, and under SornPosition pairs of units, from the first to the
// second, that get a synapse.
func (n *Network) GivenOf(draws map[rng.Purpose][]float64) (*Given, error) {
	N, M := n.Spec.Sorn.NE, n.Spec.Sorn.M()
	g := &Given{NoiseE: draws[rng.SornNoiseE], NoiseI: draws[rng.SornNoiseI], Input: draws[rng.SornInput]}
	pairs := draws[rng.SornPosition]
	if g.NoiseE != nil && len(g.NoiseE) != N || (g.NoiseE == nil) != (g.NoiseI == nil) || g.NoiseI != nil && len(g.NoiseI) != M {
		return nil, fmt.Errorf("the noise of a step is %d and %d numbers, or none", N, M)
	}
	if len(g.Input) > n.Spec.Channels() || len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a step takes up to %d inputs, and pairs of units", n.Spec.Channels())
	}
	for k := 0; k < len(pairs); k += 2 {
		b := Birth{J: int32(pairs[k]), I: int32(pairs[k+1])}
		if b.I < 0 || b.J < 0 || int(b.I) >= N || int(b.J) >= N || b.I == b.J || float64(b.J) != pairs[k] || float64(b.I) != pairs[k+1] {
			return nil, fmt.Errorf("a synapse from %v to %v is not possible among %d units", pairs[k], pairs[k+1], N)
		}
		g.Births = append(g.Births, b)
	}
	SortBirths(g.Births)
	return g, nil
}

// SortBirths puts births in the order of units, then of presynaptic units.
func SortBirths(births []Birth) {
	slices.SortFunc(births, func(a, b Birth) int {
		return cmp.Or(cmp.Compare(a.I, b.I), cmp.Compare(a.J, b.J))
	})
}
