package tnn

import (
	"tnn-gpu/cpuref/tnn/internal/vector"
	"tnn-gpu/host/tnn"
)

// half is the number of lanes of a register.
const half = tnn.Lanes / 2

// vectorRows finds what package vector needs to know of the half rows of a layout.
// Empty ones follow, for it looks a slice ahead.
func vectorRows(l *tnn.Layout) []vector.Row {
	rows := make([]vector.Row, (len(l.Neighbour)+mostSlots(l)*tnn.Lanes)/half)
	active := func(position int32) bool { return l.Active[position/tnn.Lanes]>>(position%tnn.Lanes)&1 == 1 }
	for slice := range l.Active {
		for at := int(l.Rows[slice]) * tnn.Lanes; at < int(l.Rows[slice+1])*tnn.Lanes; at += half {
			rows[at/half] = vectorRow(l.Neighbour[at:][:half], l.Weight[at:][:half], int32(slice*tnn.Lanes+at%tnn.Lanes), active)
		}
	}
	return rows
}

// vectorRow is the row of the half-edges of the nodes from position first on.
func vectorRow(neighbour []int32, weight []uint32, first int32, active func(int32) bool) vector.Row {
	var row vector.Row
	for lane, n := range neighbour {
		position, bit := first+int32(lane), uint16(1)<<lane
		if n < 0 || !active(position) {
			continue
		}
		row.There |= bit
		if !active(n) {
			continue
		}
		row.Network |= bit
		if n <= position {
			row.Over |= bit
		}
		if n == position {
			row.Loop |= bit
		}
	}
	var there, together bool
	row.Neighbour, row.Leap[0], there = leap(row.There, func(lane int) int32 { return neighbour[lane] })
	row.Weight, row.Leap[1], together = leap(row.There, func(lane int) int32 { return int32(weight[lane]) })
	if !there || !together {
		row.Neighbour[0] = -1
	}
	return row
}

// leap finds out whether the indices of the lanes of a mask follow one another, but
// for one leap. Then lane l has index first[0]+l, or first[1]+l if its bit is set in
// behind. first[0] must not be negative, as it tells rows apart.
func leap(there uint16, index func(lane int) int32) (first [2]int32, behind uint16, ok bool) {
	parts := 0
	for lane := range half {
		if there>>lane&1 == 0 {
			continue
		}
		start := index(lane) - int32(lane)
		if parts == 0 || start != first[parts-1] {
			if parts == len(first) {
				return first, behind, false
			}
			first[parts] = start
			parts++
		}
		behind |= uint16(parts-1) << lane
	}
	return first, behind, first[0] >= 0
}
