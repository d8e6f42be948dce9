package sorn

import (
	"golang.org/x/sys/cpu"

	"tnn-gpu/cpuref/sorn/internal/vector"
	"tnn-gpu/host/fmath"
)

// hasVectors tells whether eight sums are added up side by side: in single precision, on
// processors with AVX2. All bits are as without.
func hasVectors[F fmath.Float]() bool {
	_, single := any(F(0)).(float32)
	return single && cpu.X86.HasAVX2
}

// scaleEight is scale of eight columns that have synapses, and whose slots that these
// take, in fours, are their own. It tells false, and does nothing, where a column has a
// sum that is not above 0.
func (c *columns[F]) scaleEight(of *[8]int32) bool {
	w := any(&c.w).(*[]float32)
	var first [8]*float32
	var sums, squares [8]float32
	var changed, within [8]int32
	most := int32(0)
	for k, i := range of {
		first[k] = &(*w)[int(i)*c.room]
		most = max(most, c.size[i])
	}
	if !vector.Scale(&first[0], &sums[0], &squares[0], &changed[0], &within[0], float32(c.largest), int(most+3)/4) {
		return false
	}
	for k, i := range of {
		c.settled[i], c.within[i] = changed[k] == 0, within[k] == c.size[i]
		c.sum[i], c.squares[i] = F(sums[k]), F(squares[k])
	}
	return true
}

// addRows adds rows of a matrix to the first columns of sums, and tells how many these
// are: a multiple of eight.
func addRows[F fmath.Float](sums, rows []F, width int, which []int32) int {
	if eights := len(sums) / 8; eights > 0 && len(which) > 0 {
		s, r := any(&sums[0]).(*float32), any(&rows[0]).(*float32)
		vector.AddRows(s, r, &which[0], uintptr(4*width), len(which), eights)
	}
	return len(sums) &^ 7
}
