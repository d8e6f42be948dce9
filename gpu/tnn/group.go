//go:build opencl && cgo

package tnn

import (
	"fmt"

	"tnn-gpu/gpu/device"
	"tnn-gpu/host/tnn"
)

// chooseGroup sets the number of nodes of a work-group, which is a choice of the user
// or of defaultGroup, and how many half-edges one shares out.
func (n *engine[F]) chooseGroup() error {
	n.group = n.options.WorkGroup
	if n.group == 0 {
		n.group = n.defaultGroup()
	}
	if n.group < leastGroup || n.group > 1024 || n.group&(n.group-1) != 0 {
		return fmt.Errorf("work-groups of %d nodes are not possible; use a power of two from %d to 1024", n.group, leastGroup)
	}
	if !n.fits(n.group) {
		return n.tooLarge()
	}
	n.countGroups()
	return nil
}

// tooLarge is the error of a device that cannot take a work-group.
func (n *engine[F]) tooLarge() error {
	info := n.device.Info()
	return fmt.Errorf("a work-group of %d nodes has %d work-items and takes %d bytes of local memory, but %s takes at most %d and %d",
		n.group, n.itemsOf(n.group), n.localMemory(n.options.Precision.Bytes()), info.Name, info.MaxWorkGroup, info.LocalMemory)
}

// itemsOf is how many work-items visit so many nodes.
func (n *engine[F]) itemsOf(group int) int { return group / n.device.Width(n.options.Precision) }

// fits tells whether the device has room for work-groups of so many nodes.
func (n *engine[F]) fits(group int) bool {
	c, info := n.choices, n.device.Info()
	c.group = group
	return n.itemsOf(group) <= info.MaxWorkGroup && uint64(c.localMemory(n.options.Precision.Bytes())) <= info.LocalMemory
}

// defaultGroup is larger on GPUs, whose work-items share work and wait less for the
// last of it, and larger still where one work-group makes whole steps and the device
// has nothing else to do: docs/performance-notes.md. Where local memory is short, fewer
// half-edges are shared out at once before the work-group gets smaller.
func (n *engine[F]) defaultGroup() int {
	group := 64
	if n.device.Width(n.options.Precision) == 1 {
		group = 128
	}
	for n.share > 0 && !n.fits(group) && n.itemsOf(group) <= n.device.Info().MaxWorkGroup {
		n.share /= 2
		if n.share < max(n.net.Layout.MostSlots(), leastGroup) {
			n.share = 0
		}
	}
	for group > leastGroup && !n.fits(group) {
		group /= 2
	}
	if !n.small || n.device.Width(n.options.Precision) > 1 || len(n.options.Seeds) >= n.device.Info().ComputeUnits {
		return group
	}
	largest := 0
	for _, seg := range n.net.Layout.Segments {
		largest = max(largest, seg.Slices*tnn.Lanes)
	}
	for group < min(largest, 512) && n.fits(2*group) {
		group *= 2
	}
	return group
}

// build compiles the kernels, and again for smaller work-groups where a kernel that was
// compiled for this device takes no larger ones.
func (n *engine[F]) build() error {
	wanted := n.group
	for ; ; n.group /= 2 {
		if err := n.compile(); err != nil {
			return err
		}
		err := n.accepted()
		switch {
		case err == nil && n.group < wanted:
			n.note = fmt.Sprintf("work-groups of %d nodes: its kernels take no larger ones", n.group)
			fallthrough
		case err == nil:
			n.countGroups()
			return nil
		case n.group == leastGroup || n.options.WorkGroup > 0:
			return err
		}
	}
}

// accepted tells which kernel does not take its work-groups.
func (n *engine[F]) accepted() error {
	items, local := n.itemsOf(n.group), n.device.Info().LocalMemory
	for _, k := range []*device.Kernel{n.runKernel, n.sweepKernel, n.addKernel} {
		if k != nil && (k.MaxWorkGroup() < items || k.LocalMemory() > local) {
			return fmt.Errorf("kernel %s takes work-groups of at most %d work-items on %s, and %d bytes of its %d of local memory: %d nodes need %d work-items",
				k.Name(), k.MaxWorkGroup(), n.device.Info().Name, k.LocalMemory(), local, n.group, items)
		}
	}
	return nil
}

// countGroups numbers the work-groups of all segments.
func (n *engine[F]) countGroups() {
	n.items, n.groups, n.firstGroup = n.itemsOf(n.group), 0, nil
	for _, seg := range n.net.Layout.Segments {
		n.firstGroup = append(n.firstGroup, n.groups)
		n.groups += n.groupsOf(seg)
	}
}

func (n *engine[F]) groupsOf(s tnn.Segment) int {
	return (s.Slices*tnn.Lanes + n.group - 1) / n.group
}
