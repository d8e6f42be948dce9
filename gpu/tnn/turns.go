//go:build opencl && cgo

package tnn

import (
	"math"
	"math/bits"

	"tnn-gpu/host/tnn"
)

// Turns bounds how many turns the loops of a work-item make in a launch: a sweep, or what is
// done with external nodes and partial sums. Whole steps in a launch make any number.
// Loops of vectors over their lanes count, and that a loop ends is a turn, too.
func (n *engine[F]) Turns() int {
	if n.small {
		return math.MaxInt
	}
	slots, levels := max(1, n.net.Layout.MostSlots()), 0
	for replica := range n.options.Seeds {
		for _, g := range n.net.SpecOf(replica).Groups {
			levels = max(levels, g.Levels)
		}
	}
	lanes := n.group / n.items
	// Philox has ten rounds. A change of a weight takes a loop over lanes, and another and
	// a word of noise where a vector of them is full.
	node := 8*(slots+1) + (slots+1)*(2*lanes+14) + 8*levels + 128
	sums := 5*tnn.NodeSums*lanes + n.group + 128
	if n.share > 0 {
		batches, each := n.group/(n.share/slots)+1, n.share/n.group+2
		node += n.group/tnn.Lanes + batches*(3*each*(slots+14)+8)
	}
	partial := 2*n.groups/n.items + 2*bits.Len(uint(n.groups)) + 2
	return max(node+sums, partial)
}
