package tnn

import (
	"math"

	"tnn-gpu/host/model"
)

// distributions are those of docs/model.md section 10: over edges between
// network nodes, and over network nodes.
func (n *Network) distributions() []model.Distribution {
	about := func(name, title, doc string) model.Column {
		return model.Column{Name: name, Title: title, Unit: "1", Doc: doc}
	}
	return []model.Distribution{
		{
			Column: about("weight", "weight × √(2g)", "weights of edges between network nodes, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Items: len(n.Graph.Edges), Values: n.scaledWeights,
		},
		{
			Column: about("weight_sum", "sum of a node's weights × √(2g)", "sum over each network node's edges to network nodes of weight, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Items: n.Graph.Nodes, Values: n.weightSums,
		},
		{
			Column: about("absolute_weight_sum", "sum of a node's |weights| × √(2g)", "sum over each network node's edges to network nodes of |weight|, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Items: n.Graph.Nodes, Values: n.absoluteSums,
		},
	}
}

// weightScale is what a histogram multiplies the weights of a replica with.
func (n *Network) weightScale(replica int) float64 {
	return math.Sqrt(2 * n.SpecOf(replica).Edge.InverseTemperature)
}

// scaledWeights are those of plastic edges.
func (n *Network) scaledWeights(out []float64, of model.Part) []float64 {
	l, scale := n.Layout, n.weightScale(of.Replica)
	base := of.Replica * l.Weights
	for i := of.First; i < of.Last; i++ {
		if e := n.Graph.Edges[i]; n.IsNetwork(e.A) && n.IsNetwork(e.B) {
			out = append(out, float64(scale*of.From.At(base+int(l.EdgeWeight[i]))))
		}
	}
	return out
}

// weightSums are those of the weights of each network node.
func (n *Network) weightSums(out []float64, of model.Part) []float64 {
	if of.From.Double != nil {
		return addUp(n, of, of.From.Double, func(w float64) float64 { return w }, out)
	}
	return addUp(n, of, of.From.Single, func(w float64) float64 { return w }, out)
}

// absoluteSums are those of their magnitudes.
func (n *Network) absoluteSums(out []float64, of model.Part) []float64 {
	if of.From.Double != nil {
		return addUp(n, of, of.From.Double, math.Abs, out)
	}
	return addUp(n, of, of.From.Single, math.Abs, out)
}

// addUp adds up a function of the weights of each network node, in the order of the
// graph's edges; a self-loop counts once.
func addUp[F float32 | float64](n *Network, of model.Part, weights []F, value func(float64) float64, out []float64) []float64 {
	weights = weights[of.Replica*n.Layout.Weights:][:n.Layout.Weights]
	scale := n.weightScale(of.Replica)
	var own []plastic
	for id := int32(of.First); id < int32(of.Last); id++ {
		at := n.Layout.Position[id]
		if !n.Layout.isNetwork(at) {
			continue
		}
		own = n.plasticOf(own[:0], at)
		sum := 0.0
		for _, p := range own {
			sum += value(float64(scale * float64(weights[p.weight])))
		}
		out = append(out, sum)
	}
	return out
}

// plastic is a plastic edge of a node.
type plastic struct {
	edge   int // in the order of the graph's edges
	weight uint32
}

// plasticOf are the plastic edges of the network node at a position in the order of the
// graph's edges. That is the order of slots, but for those of a stencil on a lattice that
// is closed.
func (n *Network) plasticOf(out []plastic, at int32) []plastic {
	l, half := n.Layout, 0
	if n.Graph.Stencil != nil {
		half = len(n.Graph.Stencil.Offsets) / 2
	}
	slice := int(at / Lanes)
	first := int(l.Rows[slice])*Lanes + int(at%Lanes)
	for slot := range l.Slots(slice) {
		h := first + slot*Lanes
		other := l.Neighbour[h]
		if other < 0 {
			break
		}
		if !l.isNetwork(other) {
			continue
		}
		edge := n.Graph.Nodes*half + slot // after all those of the stencil
		switch {
		case slot < half: // the other end's
			edge = int(l.ID[other])*half + n.Graph.Stencil.Opposite(slot) - half
		case slot < 2*half:
			edge = int(l.ID[at])*half + slot - half
		}
		out = insert(out, plastic{edge, l.Weight[h]})
	}
	return out
}

// insert puts an edge in its place, once.
func insert(sorted []plastic, p plastic) []plastic {
	i := len(sorted)
	for i > 0 && sorted[i-1].edge > p.edge {
		i--
	}
	if i > 0 && sorted[i-1].edge == p.edge {
		return sorted
	}
	sorted = append(sorted, p)
	if i < len(sorted)-1 {
		copy(sorted[i+1:], sorted[i:])
		sorted[i] = p
	}
	return sorted
}
