package tnn

import (
	"fmt"
	"strings"

	"tnn-gpu/gpu/device"
)

// lattice is what kernels.cl needs to know to compute neighbours and weights instead of
// reading tables.
type lattice struct {
	sides    [3]int // the last one is that of rows; sides that a lattice lacks are 1
	count    int    // nodes of a sublattice
	oddFirst int    // position of the first odd node
	offsets  [][3]int
}

func (l *lattice) define(h *device.Header) {
	var offsets []string
	for _, o := range l.offsets {
		offsets = append(offsets, fmt.Sprintf("{%d,%d,%d}", o[0], o[1], o[2]))
	}
	h.Define("LATTICE", true)
	h.Define("SIDE_A", l.sides[0])
	h.Define("SIDE_B", l.sides[1])
	h.Define("ROW", l.sides[2])
	h.Define("COUNT", l.count)
	h.Define("ODD_FIRST", l.oddFirst)
	h.Define("DEGREE", len(l.offsets))
	h.Define("OFFSETS", "{"+strings.Join(offsets, ",")+"}")
}
