package tnn

import (
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
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
			From:   "weight", Width: 0.25, Items: n.Graph.Nodes, Values: n.sumsOf(func(w float64) float64 { return w }),
		},
		{
			Column: about("absolute_weight_sum", "sum of a node's |weights| × √(2g)", "sum over each network node's edges to network nodes of |weight|, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Items: n.Graph.Nodes, Values: n.sumsOf(math.Abs),
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
	weights := weightsOf(of, l.Weights)
	for i := of.First; i < of.Last; i++ {
		if e := n.Graph.Edges[i]; n.IsNetwork(e.A) && n.IsNetwork(e.B) {
			out = append(out, float64(scale*weights.At(int(l.EdgeWeight[i]))))
		}
	}
	return out
}

// weightsOf are the weights of one replica.
func weightsOf(of model.Part, each int) *state.Array {
	a, from := *of.From, of.Replica*each
	if a.Double != nil {
		a.Double = a.Double[from : from+each]
	} else {
		a.Single = a.Single[from : from+each]
	}
	return &a
}

// sumsOf adds up a function of the weights of each network node, in the order of the
// graph's edges; a self-loop counts once.
func (n *Network) sumsOf(value func(float64) float64) func([]float64, model.Part) []float64 {
	return func(out []float64, of model.Part) []float64 {
		scale := n.weightScale(of.Replica)
		weights := weightsOf(of, n.Layout.Weights)
		var own []plastic
		for id := int32(of.First); id < int32(of.Last); id++ {
			if !n.IsNetwork(id) {
				continue
			}
			own = n.plasticOf(own[:0], id)
			sum := 0.0
			for _, p := range own {
				sum += value(float64(scale * weights.At(int(p.weight))))
			}
			out = append(out, sum)
		}
		return out
	}
}

// plastic is a plastic edge of a node.
type plastic struct {
	edge   int // in the order of the graph's edges
	weight uint32
}

// plasticOf are the plastic edges of a network node in the order of the graph's edges.
// That is the order of slots, but for those of a stencil on a lattice that is closed.
func (n *Network) plasticOf(out []plastic, id int32) []plastic {
	l, half := n.Layout, 0
	if n.Graph.Stencil != nil {
		half = len(n.Graph.Stencil.Offsets) / 2
	}
	at := int(l.Position[id])
	slice, lane := at/Lanes, at%Lanes
	for slot := range l.Slots(slice) {
		h := (int(l.Rows[slice])+slot)*Lanes + lane
		if l.Neighbour[h] < 0 {
			break
		}
		other := l.ID[l.Neighbour[h]]
		if !n.IsNetwork(other) {
			continue
		}
		edge := n.Graph.Nodes*half + slot // after all those of the stencil
		switch {
		case slot < half: // the other end's
			edge = int(other)*half + n.Graph.Stencil.Opposite(slot) - half
		case slot < 2*half:
			edge = int(id)*half + slot - half
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
	copy(sorted[i+1:], sorted[i:])
	sorted[i] = p
	return sorted
}
