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
	for _, v := range draws[rng.HopfieldOrder] {
		if v < 0 || v >= float64(n.N) {
			return nil, fmt.Errorf("the order visits unit %g, and there are %d units", v, n.N)
		}
		g.Order = append(g.Order, int32(v))
	}
	for _, u := range draws[rng.HopfieldRecall] {
		g.Words = append(g.Words, uint32(u*0x1p23)<<9)
	}
	lost := draws[rng.HopfieldDamage]
	for k := 0; k+1 < len(lost); k += 2 {
		g.Lost = append(g.Lost, [2]int{int(lost[k]), int(lost[k+1])})
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
