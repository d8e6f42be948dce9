package hopfield

import (
	"math/bits"

	"tnn-gpu/host/hopfield"
)

// crosstalk computes, for a unit, the sum of the overlaps with all patterns, each times
// the unit's value in the pattern. A look-up gives the part of eight patterns.
type crosstalk struct {
	columns []hopfield.Pattern // by unit, its values in all patterns
	tables  [][256]int64       // by eight patterns: the sum for each combination of signs
}

func newCrosstalk(m *hopfield.Memory) *crosstalk {
	return &crosstalk{m.Columns, make([][256]int64, (len(m.Patterns)+7)/8)}
}

// set fills the tables from the overlaps of a state.
func (c *crosstalk) set(overlaps []int32) {
	for g := range c.tables {
		t, of := &c.tables[g], overlaps[8*g:min(8*g+8, len(overlaps))]
		t[0] = 0
		for _, m := range of {
			t[0] -= int64(m)
		}
		for b := 1; b < 256; b++ {
			lowest := bits.TrailingZeros(uint(b))
			t[b] = t[b&(b-1)]
			if lowest < len(of) {
				t[b] += 2 * int64(of[lowest])
			}
		}
	}
}

// at is the sum for unit i.
func (c *crosstalk) at(i int) int64 {
	sum, column := int64(0), c.columns[i]
	for g := range c.tables {
		sum += c.tables[g][column[g>>2]>>(8*(g&3))&255]
	}
	return sum
}
