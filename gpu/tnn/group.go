//go:build opencl && cgo

package tnn

import (
	"fmt"

	"tnn-gpu/host/tnn"
)

// shared is the number of half-edges of equilibrating nodes that the work-items of a
// GPU's work-group share out at once. Nodes with more than that are left alone.
const shared = 512

// chooseGroup sets the number of nodes of a work-group, which is a choice of the user
// or of defaultGroup.
func (n *engine[F]) chooseGroup() error {
	n.group = n.options.WorkGroup
	if n.group == 0 {
		n.group = n.defaultGroup()
	}
	if n.group < tnn.Lanes || n.group > 1024 || n.group&(n.group-1) != 0 {
		return fmt.Errorf("work-groups of %d nodes are not possible; use a power of two from %d to 1024", n.group, tnn.Lanes)
	}
	n.items = n.group / n.device.Width(n.options.Precision)
	for _, seg := range n.net.Layout.Segments {
		n.firstGroup = append(n.firstGroup, n.groups)
		n.groups += n.groupsOf(seg)
	}
	return nil
}

// defaultGroup is larger on GPUs, whose work-items share work and wait less for the
// last of it, and larger still where one work-group makes whole steps and the device
// has nothing else to do: docs/performance.md.
func (n *engine[F]) defaultGroup() int {
	if n.device.Width(n.options.Precision) > 1 {
		return 64
	}
	group := 128
	if !n.small || len(n.options.Seeds) >= n.device.Info().ComputeUnits {
		return group
	}
	largest := 0
	for _, seg := range n.net.Layout.Segments {
		largest = max(largest, seg.Slices*tnn.Lanes)
	}
	for group < min(largest, 512) && n.localMemory(2*group) <= n.device.Info().LocalMemory {
		group *= 2
	}
	return group
}

func (n *engine[F]) groupsOf(s tnn.Segment) int {
	return (s.Slices*tnn.Lanes + n.group - 1) / n.group
}

// localMemory is the size of group_memory in kernels.cl, in bytes, where a work-item
// visits one node.
func (n *engine[F]) localMemory(group int) uint64 {
	value, runs := n.options.Precision.Bytes(), group/16
	memory := tnn.NodeSums * (group + 2*runs) * value
	if n.shares() {
		memory = max(memory, (8*group+3*shared)*value+4*(group/tnn.Lanes+group+2*shared+2))
	}
	return uint64(memory)
}

// shares tells whether work-items share what equilibrates.
func (n *engine[F]) shares() bool {
	return n.device.Width(n.options.Precision) == 1 && n.net.Layout.MostSlots() <= shared && n.net.Spec.Network.Rule == tnn.Hylton2020
}
