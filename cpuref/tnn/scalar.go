package tnn

import (
	"unsafe"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// scalar visits one node after another.
type scalar[F fmath.Float] struct {
	edges []charged[F] // of the node that is visited
	sums  []F          // of its levels, hylton2019
	lanes sliceSums[F]

	touched F // what nobody reads, so that touch is not left out
}

func scalars[F fmath.Float](net *tnn.Network, threads int) []visitor[F] {
	visitors := make([]visitor[F], threads)
	for t := range visitors {
		visitors[t] = &scalar[F]{edges: make([]charged[F], mostSlots(net.Layout)), sums: make([]F, mostFixed(net))}
	}
	return visitors
}

// mostSlots is the largest number of half-edges of a node.
func mostSlots(l *tnn.Layout) int {
	most := 0
	for s := range l.Active {
		most = max(most, l.Slots(s))
	}
	return most
}

// mostFixed is the largest number of fixed states of a node; hylton2020 has none.
func mostFixed(net *tnn.Network) int {
	most := 0
	if net.Spec.Network.Rule == tnn.Hylton2019 {
		for i := range max(1, len(net.Variants)) {
			for _, g := range net.SpecOf(i).Groups {
				most = max(most, g.Levels)
			}
		}
	}
	return most
}

func (v *scalar[F]) grain() int { return 4 }

func (v *scalar[F]) form() string { return backend.NoForm }

// visit implements visitor. Nodes of a slice share no edge, so their order does
// not matter.
func (v *scalar[F]) visit(r *replica[F], s sweep[F], from, to, _ int) {
	for at := from; at < to; at++ {
		v.lanes = sliceSums[F]{}
		v.touched = r.touch(at)
		activeLanes(r.active[at], func(lane int) {
			var out nodeSums[F]
			pos := int32(at*tnn.Lanes + lane)
			if s.states == nil {
				r.visit2020(&s, pos, v.edges, &out)
			} else {
				r.visit2019(&s, pos, v.edges, v.sums, &out)
			}
			out.store(&v.lanes, lane)
		})
		for q := range v.lanes {
			r.partial[q][at] = fmath.Total(v.lanes[q][:])
		}
	}
}

// touch reads a value of each line of memory that the half-edges of a slice have. The
// visits of its nodes would wait for one line after another; here the processor fetches
// several at once.
func (r *replica[F]) touch(slice int) (sum F) {
	from, to := int(r.net.Layout.Rows[slice])*tnn.Lanes, int(r.net.Layout.Rows[slice+1])*tnn.Lanes
	line := 64 / int(unsafe.Sizeof(sum))
	for _, slots := range [...][]F{r.charge0, r.charge1, r.memory0, r.memory1} {
		for h := from; h < min(to, len(slots)); h += line { // hylton2019 has no memory
			sum += slots[h]
		}
	}
	for h := from; h < to; h += line {
		if n := r.neighbour[h]; n >= 0 {
			sum += r.state[n] + r.weight[r.weightOf[h]]
		}
	}
	return sum
}
