//go:build opencl && cgo

package tnn

import (
	"fmt"
	"strings"

	"tnn-gpu/host/tnn"
)

// latticeOf gives the definitions with which kernels.cl computes neighbours and
// weights instead of reading tables, or "" where the network needs the tables.
func latticeOf(net *tnn.Network) string {
	g, l := net.Graph, net.Layout
	if !net.Regular() {
		return ""
	}
	sides := [3]int{1, 1, 1}
	unused := 3 - len(g.Lattice.Sides)
	copy(sides[unused:], g.Lattice.Sides)
	var offsets []string
	for _, o := range g.Stencil.Offsets {
		var shift [3]int
		for i, side := range g.Lattice.Sides {
			shift[unused+i] = (int(o[i]) + side) % side
		}
		offsets = append(offsets, fmt.Sprintf("{%d,%d,%d}", shift[0], shift[1], shift[2]))
	}
	return fmt.Sprintf("#define LATTICE\n#define SIDE_A %d\n#define SIDE_B %d\n#define ROW %d\n#define COUNT %d\n#define ODD_FIRST %d\n#define DEGREE %d\n#define OFFSETS {%s}\n",
		sides[0], sides[1], sides[2], g.Nodes/2, l.Segments[1].First*tnn.Lanes, len(offsets), strings.Join(offsets, ","))
}
