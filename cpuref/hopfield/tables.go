package hopfield

import (
	"sync"

	"tnn-gpu/host/hopfield"
)

// crosstalk computes, for many units of one state, the sum of the overlaps with all
// patterns, each times the unit's value in the pattern. A look-up gives the part of eight
// patterns.
type crosstalk struct {
	columns []hopfield.Pattern // by unit, its values in all patterns
	spare   *sync.Pool         // of tables, which all replicas of an engine take from
	tables  tables             // nil unless in use
}

// tables are, by eight patterns, the sum for each combination of signs: four for each word of
// a column. Those of no patterns are looked up at 0 only.
type tables [][256]int32

// begin fills tables from the overlaps of a state. end gives them back.
func (c *crosstalk) begin(overlaps []int32) {
	groups := 4 * ((len(overlaps) + 31) / 32)
	if t, ok := c.spare.Get().(*tables); ok && len(*t) >= groups {
		c.tables = (*t)[:groups]
	} else {
		c.tables = make(tables, groups)
	}
	for g := range c.tables {
		t := &c.tables[g]
		t[0] = 0
		of := overlaps[min(8*g, len(overlaps)):min(8*g+8, len(overlaps))]
		for _, m := range of {
			t[0] -= m
		}
		for k, m := range of {
			half := t[: 1<<k : 1<<k]
			for b, v := range half {
				t[1<<k+b] = v + 2*m
			}
		}
	}
}

func (c *crosstalk) end() {
	t := c.tables
	c.spare.Put(&t)
	c.tables = nil
}

// at is the sum for unit i.
func (c *crosstalk) at(i int) int64 {
	sum := int64(0)
	for w, word := range c.columns[i] {
		t := c.tables[4*w : 4*w+4 : 4*w+4]
		sum += int64(t[0][word&255]) + int64(t[1][word>>8&255]) + int64(t[2][word>>16&255]) + int64(t[3][word>>24])
	}
	return sum
}
