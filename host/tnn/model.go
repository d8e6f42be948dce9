package tnn

import (
	"fmt"
	"iter"
	"math"

	"tnn-gpu/host/sim"
	"tnn-gpu/host/state"
)

// Model shows a network to the run loop and to recorders. It implements
// sim.Model.
type Model struct {
	net        *Network
	counts     Counts
	quantities []Quantity
}

// NewModel wraps a network.
func NewModel(n *Network) *Model {
	c := n.Counts()
	return &Model{net: n, counts: c, quantities: Quantities(n.Spec.Network.Rule, c)}
}

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

// Describe implements sim.Model.
func (m *Model) Describe() sim.Description {
	d := sim.Description{
		Name: "tnn", Rule: string(m.net.Spec.Network.Rule), Counts: m.sizes(),
		Updates: int64(m.counts.Nodes) * int64(m.net.Spec.Sweeps()),
		Sums:    sumNames(), Fields: Fields(m.net.Spec.Network.Rule),
		Computed: m.computed(), Distributions: m.distributions(),
	}
	for _, q := range m.quantities {
		d.Columns = append(d.Columns, sim.Column{Name: q.Name, Title: q.Title, Unit: q.Unit, Doc: q.Doc})
	}
	return d
}

func (m *Model) sizes() []sim.Count {
	return []sim.Count{
		{Name: "network_nodes", Value: int64(m.counts.Nodes)},
		{Name: "external_nodes", Value: int64(m.counts.External)},
		{Name: "edges", Value: int64(len(m.net.Graph.Edges))},
		{Name: "plastic_edges", Value: int64(m.counts.Plastic)},
		{Name: "self_loops", Value: int64(m.counts.SelfLoops)},
		{Name: "colour_sets", Value: int64(len(m.net.Schedule))},
		{Name: "sweeps_per_step", Value: int64(m.net.Spec.Sweeps())},
	}
}

// Row implements sim.Model.
func (m *Model) Row(row, sums []float64) {
	for i, q := range m.quantities {
		row[i] = q.Value(sums, m.counts)
	}
}

// Edge implements sim.Model.
func (m *Model) Edge(i int) (a, b int32) {
	e := m.net.Graph.Edges[i]
	return e.A, e.B
}

// Order implements sim.Model.
func (m *Model) Order(p state.Per) []int {
	l := m.net.Layout
	switch p {
	case state.HalfEdge:
		return m.halfEdgeOrder()
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
func (m *Model) halfEdgeOrder() []int {
	l := m.net.Layout
	edge := make([]int, l.Weights) // by weight
	for i, w := range l.EdgeWeight {
		edge[w] = i
	}
	order := make([]int, 2*len(l.EdgeWeight))
	for at := range l.Positions {
		for h := range l.halfEdges(at) {
			e := edge[l.Weight[h]]
			a, b := m.Edge(e)
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
func (m *Model) computed() []sim.Computed {
	from := []string{"state"}
	return []sim.Computed{
		{
			Field: state.Field{Name: "solved", Unit: "1", Per: state.Node, Doc: "1 at external nodes whose neighbours all have the opposite sign"},
			From:  from, Values: m.solved,
		},
		{
			Field: state.Field{Name: "order", Unit: "1", Per: state.Edge, Doc: "minus the product of the states of the two ends"},
			From:  from, Values: m.order,
		},
	}
}

func (m *Model) solved(from []*state.Array, replicas int) state.Array {
	l, s := m.net.Layout, from[0]
	out := state.NewArray(state.Field{Name: "solved", Per: state.Node}, s.Precision(), replicas*m.net.Graph.Nodes)
	for r := range replicas {
		base := r * l.Positions
		for _, at := range l.External {
			solved := 1.0
			for h := range l.halfEdges(int(at)) {
				if !(s.At(base+int(at))*s.At(base+int(l.Neighbour[h])) < 0) {
					solved = 0
				}
			}
			out.Set(r*m.net.Graph.Nodes+int(l.ID[at]), solved)
		}
	}
	return out
}

func (m *Model) order(from []*state.Array, replicas int) state.Array {
	l, s, edges := m.net.Layout, from[0], m.net.Graph.Edges
	out := state.NewArray(state.Field{Name: "order", Per: state.Edge}, s.Precision(), replicas*len(edges))
	for r := range replicas {
		base := r * l.Positions
		for i, e := range edges {
			a, b := s.At(base+int(l.Position[e.A])), s.At(base+int(l.Position[e.B]))
			out.Set(r*len(edges)+i, -a*b)
		}
	}
	return out
}

// distributions are those of docs/model.md section 10: over edges between
// network nodes, and over network nodes.
func (m *Model) distributions() []sim.Distribution {
	about := func(name, title, doc string) sim.Column {
		return sim.Column{Name: name, Title: title, Unit: "1", Doc: doc}
	}
	return []sim.Distribution{
		{
			Column: about("weight", "weight × √(2g)", "weights of edges between network nodes, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Values: m.scaledWeights,
		},
		{
			Column: about("weight_sum", "sum of a node's weights × √(2g)", "sum over each network node's edges to network nodes of weight, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Values: m.sumsOf(func(w float64) float64 { return w }),
		},
		{
			Column: about("absolute_weight_sum", "sum of a node's |weights| × √(2g)", "sum over each network node's edges to network nodes of |weight|, times sqrt(2g)"),
			From:   "weight", Width: 0.25, Values: m.sumsOf(math.Abs),
		},
	}
}

// eachPlastic calls visit with the scaled weight of every plastic edge.
func (m *Model) eachPlastic(weight *state.Array, replica int, visit func(a, b int32, w float64)) {
	l := m.net.Layout
	scale := math.Sqrt(2 * m.net.SpecOf(replica).Edge.InverseTemperature)
	for i, e := range m.net.Graph.Edges {
		if m.net.IsNetwork(e.A) && m.net.IsNetwork(e.B) {
			visit(e.A, e.B, float64(scale*weight.At(replica*l.Weights+int(l.EdgeWeight[i]))))
		}
	}
}

func (m *Model) scaledWeights(weight *state.Array, replicas int) []float64 {
	out := make([]float64, 0, replicas*m.counts.Plastic)
	for r := range replicas {
		m.eachPlastic(weight, r, func(_, _ int32, w float64) { out = append(out, w) })
	}
	return out
}

// sumsOf adds up a function of the weights of each network node; a self-loop
// counts once.
func (m *Model) sumsOf(of func(float64) float64) func(*state.Array, int) []float64 {
	return func(weight *state.Array, replicas int) []float64 {
		out := make([]float64, 0, replicas*m.counts.Nodes)
		for r := range replicas {
			sums := make([]float64, m.net.Graph.Nodes)
			m.eachPlastic(weight, r, func(a, b int32, w float64) {
				sums[a] += of(w)
				if a != b {
					sums[b] += of(w)
				}
			})
			for id, v := range sums {
				if m.net.IsNetwork(int32(id)) {
					out = append(out, v)
				}
			}
		}
		return out
	}
}

// Region lists the nodes of a box of the lattice, ids ascending: those whose
// coordinates are at least from and below to, in every dimension.
func (m *Model) Region(from, to []int) ([]int, error) {
	lattice := m.net.Graph.Lattice
	sides := lattice.Sides
	if len(sides) == 0 {
		return nil, fmt.Errorf("the graph has no lattice, so it has no region from %v to %v; name the nodes instead", from, to)
	}
	if len(from) != len(sides) || len(to) != len(sides) {
		return nil, fmt.Errorf("the region from %v to %v does not have the %d dimensions of the lattice", from, to, len(sides))
	}
	nodes := 1
	for d, side := range sides {
		if from[d] < 0 || from[d] >= to[d] || to[d] > side {
			return nil, fmt.Errorf("the region from %v to %v is empty or leaves the lattice of sides %v", from, to, sides)
		}
		nodes *= to[d] - from[d]
	}
	at := make([]int, len(sides))
	ids := make([]int, nodes)
	for i := range ids {
		rest := i
		for d := len(sides) - 1; d >= 0; d-- {
			extent := to[d] - from[d]
			at[d] = from[d] + rest%extent
			rest /= extent
		}
		ids[i] = lattice.ID(at)
	}
	return ids, nil
}
