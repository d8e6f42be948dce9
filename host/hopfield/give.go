package hopfield

import (
	"fmt"
	"slices"

	"tnn-gpu/host/rng"
)

// Given are draws of a sweep that come from a file in place of a seed.
type Given struct {
	Order []int32  // units, as they are visited
	Words []uint32 // by unit; nil at zero temperature
	Lost  [][2]int // couplings that damage takes away, once and for all; nil: none
}

// GivenOf reads draws as backend.Given takes them: of rng.HopfieldOrder units, of
// rng.HopfieldRecall the uniform deviates of units, of rng.HopfieldDamage pairs of units,
// one after another.
func GivenOf(draws map[rng.Purpose][]float64, n *Network) (*Given, error) {
	g := &Given{}
	if order, words := len(draws[rng.HopfieldOrder]), len(draws[rng.HopfieldRecall]); order > n.N || words > 0 && words != n.N {
		return nil, fmt.Errorf("a sweep has an order of %d units and %d uniform deviates, and there are %d units", order, words, n.N)
	}
	for _, v := range draws[rng.HopfieldOrder] {
		if v < 0 || v >= float64(n.N) {
			return nil, fmt.Errorf("the order visits unit %g, and there are %d units", v, n.N)
		}
		g.Order = append(g.Order, int32(v))
	}
	for _, u := range draws[rng.HopfieldRecall] {
		g.Words = append(g.Words, uint32(u*0x1p23)<<9)
	}
	for pair := range slices.Chunk(draws[rng.HopfieldDamage], 2) {
		for _, v := range pair {
			if v < 0 || v >= float64(n.N) {
				return nil, fmt.Errorf("a coupling of unit %g is lost, and there are %d units", v, n.N)
			}
		}
		if len(pair) == 2 {
			g.Lost = append(g.Lost, [2]int{int(pair[0]), int(pair[1])})
		}
	}
	return g, nil
}

// Without is the memory after the loss of some couplings of its matrix.
func (m *Memory) Without(lost [][2]int) *Memory {
	damaged, couplings := *m, *m.Couplings
	couplings.W = slices.Clone(couplings.W)
	for _, pair := range lost {
		couplings.W[pair[0]*m.N+pair[1]], couplings.W[pair[1]*m.N+pair[0]] = 0, 0
	}
	damaged.Couplings, damaged.Diagonal, damaged.Plain = &couplings, couplings.diagonal(), false
	return &damaged
}
