package tnn

import (
	"fmt"
	"iter"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// What follows is what a network tells the run loop, recorders and pages: it
// implements model.Network and what of package model is optional.

// sumNames are the names of the sums of a step, in their order.
func sumNames() []string {
	names := make([]string, Sums)
	for s, name := range map[Sum]string{
		SumEnergy: "energy", SumFreeEnergy: "free energy", SumEntropy: "entropy", SumDissipation: "dissipation",
		SumTransport: "transport", SumQualityNumerator: "quality numerator", SumQualityDenominator: "quality denominator",
		SumChange: "changes", SumFluctuating: "fluctuating nodes", SumState: "states", SumWeight2: "squared weights",
		SumOrder: "order", SumSolved: "solved external nodes",
	} {
		names[s] = name
	}
	return names
}

// Describe implements model.Network.
func (n *Network) Describe() model.Description {
	d := model.Description{
		Name: "tnn", Rule: string(n.Spec.Network.Rule), Counts: n.sizes(),
		Spaces: []model.Space{
			model.Line(state.Node, n.Graph.Nodes), model.Line(state.Edge, len(n.Graph.Edges)),
			{Name: state.HalfEdge, Axes: []string{"edge", "end"}, Shape: []int{len(n.Graph.Edges), 2}},
		},
		Schedule: n.scheduleText(),
		Work:     "node updates", Updates: int64(n.counts.Nodes) * int64(n.Spec.Sweeps()),
		Sums: sumNames(), Fields: Fields(n.Spec.Network.Rule),
		Computed: n.computed(), Distributions: n.distributions(),
	}
	d.Panels = []model.Panel{{Name: "energies", Title: "energies per node", Columns: []string{"energy", "dissipation", "transport"}}}
	d.Controls = n.controls()
	if len(n.Externals) > 0 {
		d.Mark, d.Inputs = "solved", n.inputs()
		d.Holds = &model.Holds{Prefix: "external:", Title: "external node", Space: state.Node, Limits: [2]float64{-1, 1}}
	}
	for _, e := range n.Externals {
		d.Holds.Items = append(d.Holds.Items, e.ID)
	}
	for _, q := range n.quantities {
		d.Columns = append(d.Columns, model.Column{Name: q.Name, Title: q.Title, Unit: q.Unit, Doc: q.Doc, Set: q.set})
	}
	for _, c := range n.courses {
		d.Sums = append(d.Sums, c.Key)
	}
	return d
}

func (n *Network) sizes() []model.Count {
	return []model.Count{
		{Name: "network_nodes", Value: int64(n.counts.Nodes)},
		{Name: "external_nodes", Value: int64(n.counts.External)},
		{Name: "edges", Value: int64(len(n.Graph.Edges))},
		{Name: "plastic_edges", Value: int64(n.counts.Plastic)},
		{Name: "self_loops", Value: int64(n.counts.SelfLoops)},
		{Name: "colour_sets", Value: int64(len(n.Schedule))},
		{Name: "sweeps_per_step", Value: int64(n.Spec.Sweeps())},
	}
}

// Row implements model.Network.
func (n *Network) Row(row, sums []float64) {
	for i, q := range n.quantities {
		row[i] = q.Value(sums, n.counts)
	}
}

// Links implements model.Linked: they are the edges of the graph, in every state.
func (n *Network) Links(*state.State, int) model.Links {
	return model.Links{Space: state.Edge, Joins: state.Node, Count: len(n.Graph.Edges), Ends: n.ends}
}

func (n *Network) ends(i int) (a, b int32) {
	e := n.Graph.Edges[i]
	return e.A, e.B
}

// Place implements model.Network.
func (n *Network) Place(s state.Space, item int) string {
	switch s {
	case state.Edge:
		a, b := n.ends(item)
		return fmt.Sprintf("edge %s-%s", n.name(a), n.name(b))
	case state.HalfEdge:
		a, b := n.ends(item / 2)
		if item%2 == 1 {
			a, b = b, a
		}
		return fmt.Sprintf("node %s, edge to %s", n.name(a), n.name(b))
	}
	return "node " + n.name(int32(item))
}

// Order implements model.Network.
func (n *Network) Order(p state.Space) []int {
	l := n.Layout
	switch p {
	case state.HalfEdge:
		return n.halfEdgeOrder()
	case state.Edge:
		order := make([]int, len(l.EdgeWeight))
		for i, w := range l.EdgeWeight {
			order[i] = int(w)
		}
		return order
	}
	order := make([]int, len(l.Position))
	for id, at := range l.Position {
		order[id] = int(at)
	}
	return order
}

// halfEdgeOrder finds the half-edges of every edge through the weight that they
// share.
func (n *Network) halfEdgeOrder() []int {
	l := n.Layout
	edge := make([]int, l.Weights) // by weight
	for i, w := range l.EdgeWeight {
		edge[w] = i
	}
	order := make([]int, 2*len(l.EdgeWeight))
	for at := range l.Positions {
		for h := range l.halfEdges(at) {
			e := edge[l.Weight[h]]
			a, b := n.ends(e)
			if a == l.ID[at] {
				order[2*e] = h
			}
			if b == l.ID[at] {
				order[2*e+1] = h
			}
		}
	}
	return order
}

// halfEdges lists the half-edges of the node at a position.
func (l *Layout) halfEdges(at int) iter.Seq[int] {
	slice, lane := at/Lanes, at%Lanes
	return func(yield func(int) bool) {
		for row := l.Rows[slice]; row < l.Rows[slice+1]; row++ {
			h := int(row)*Lanes + lane
			if l.Neighbour[h] < 0 || !yield(h) {
				return
			}
		}
	}
}

// computed are the fields that follow from states.
func (n *Network) computed() []model.Computed {
	from := []string{"state"}
	return []model.Computed{
		{
			Field: state.Field{Name: "solved", Unit: "1", Space: state.Node, Limits: share(), Doc: "1 at external nodes whose neighbours all have the opposite sign"},
			From:  from, Values: n.solved,
		},
		{
			Field: state.Field{Name: "order", Unit: "1", Space: state.Edge, Doc: "minus the product of the states of the two ends"},
			From:  from, Values: n.order,
		},
	}
}

func (n *Network) solved(from []*state.Array, replicas int) state.Array {
	l, s := n.Layout, from[0]
	out := state.NewArray(state.Field{Name: "solved", Space: state.Node}, s.Precision(), replicas*n.Graph.Nodes)
	for r := range replicas {
		base := r * l.Positions
		for _, at := range l.External {
			solved := 1.0
			for h := range l.halfEdges(int(at)) {
				if !(s.At(base+int(at))*s.At(base+int(l.Neighbour[h])) < 0) {
					solved = 0
				}
			}
			out.Set(r*n.Graph.Nodes+int(l.ID[at]), solved)
		}
	}
	return out
}

func (n *Network) order(from []*state.Array, replicas int) state.Array {
	l, s, edges := n.Layout, from[0], n.Graph.Edges
	out := state.NewArray(state.Field{Name: "order", Space: state.Edge}, s.Precision(), replicas*len(edges))
	for r := range replicas {
		base := r * l.Positions
		for i, e := range edges {
			a, b := s.At(base+int(l.Position[e.A])), s.At(base+int(l.Position[e.B]))
			out.Set(r*len(edges)+i, -a*b)
		}
	}
	return out
}
