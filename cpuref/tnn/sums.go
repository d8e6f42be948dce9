package tnn

import (
	"math/bits"

	"tnn-gpu/host/fmath"
	"tnn-gpu/host/tnn"
)

// nodeSums is what one visit adds to the sums of a step, in the order of the
// constants of package tnn.
type nodeSums[F fmath.Float] struct {
	energy, free, entropy                F
	dissipation, transport               F
	qualityNumerator, qualityDenominator F
	change, fluctuating, state           F
	weight2, order                       F
}

func (n *nodeSums[F]) draw(d *sample[F], difference F) {
	n.energy, n.free, n.entropy = d.energy, d.free, d.entropy
	n.change, n.state = abs(F(difference*0.5)), d.x
}

func (n *nodeSums[F]) store(lanes *sliceSums[F], lane int) {
	for i, v := range [tnn.NodeSums]F{n.energy, n.free, n.entropy, n.dissipation, n.transport,
		n.qualityNumerator, n.qualityDenominator, n.change, n.fluctuating, n.state, n.weight2, n.order} {
		lanes[i][lane] = v
	}
}

// sliceSums holds the values of a slice's nodes, zero for other lanes.
type sliceSums[F fmath.Float] [tnn.NodeSums][tnn.Lanes]F

// sumEdges adds the edges whose visits of this sweep are over with this one:
// those to positions before it, and self-loops. Device twin: tnn_sum_edges in
// kernels.cl.
func (r *replica[F]) sumEdges(pos int32, row, degree int, x F, out *nodeSums[F]) {
	for h := row; h < row+degree*tnn.Lanes; h += tnn.Lanes {
		n := r.neighbour[h]
		if n > pos || !r.isActive(n) {
			continue
		}
		w := r.weight[r.weightOf[h]]
		out.weight2 += F(w * w)
		if n != pos {
			out.order -= F(x * r.state[n])
		}
	}
}

// activeLanes iterates over the network nodes of a slice.
func activeLanes(mask uint32, visit func(lane int)) {
	for ; mask != 0; mask &= mask - 1 {
		visit(bits.TrailingZeros32(mask))
	}
}
