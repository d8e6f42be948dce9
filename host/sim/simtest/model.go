// Package simtest has a small model and its backend, for tests of what drives
// and records runs: fast, deterministic, with every kind of field, and an order
// in memory that is not the original one.
package simtest

import (
	"fmt"
	"math"

	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Model is a ring of nodes: edge i joins node i to node i+1, and the last edge is
// a self-loop of node 0. In memory nodes and edges stand in reverse order, the
// nodes behind one value of padding.
type Model struct {
	Nodes int
	Fed   bool // each step takes two inputs, from -1 to 1, and adds them to the drive
}

// Edges is the number of edges.
func (m Model) Edges() int { return m.Nodes + 1 }

// Ends are the nodes that an edge joins.
func (m Model) Ends(i int) (a, b int32) {
	if i == m.Nodes {
		return 0, 0
	}
	return int32(i), int32((i + 1) % m.Nodes)
}

// Links implements model.Linked.
func (m Model) Links(*state.State, int) model.Links {
	return model.Links{Space: state.Edge, Joins: state.Node, Count: m.Edges(), Ends: m.Ends}
}

// Place implements model.Network.
func (m Model) Place(s state.Space, item int) string {
	switch s {
	case state.Edge:
		a, b := m.Ends(item)
		return fmt.Sprintf("edge %d-%d", a, b)
	case state.HalfEdge:
		a, b := m.Ends(item / 2)
		if item%2 == 1 {
			a, b = b, a
		}
		return fmt.Sprintf("node %d, edge to %d", a, b)
	}
	return fmt.Sprintf("%s %d", s, item)
}

// Sites implements model.Sited: nodes have no places but their order.
func (m Model) Sites() model.Sites {
	return model.Sites{Space: state.Node, Count: m.Nodes, Marked: len(m.held()), Field: "state"}
}

// Region implements model.Sited.
func (m Model) Region(from, to []int) ([]int, error) {
	return nil, fmt.Errorf("a ring has no region from %v to %v", from, to)
}

// held are the nodes whose state may be held.
func (m Model) held() []int32 {
	if m.Nodes < 8 {
		return nil
	}
	return []int32{3, 7}
}

// NewState implements model.Network.
func (m Model) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(m, p, replicas, m.length)
}

// CheckState implements model.Network.
func (m Model) CheckState(s *state.State, p state.Precision, replicas int) error {
	return model.CheckState(m, s, p, replicas, m.length)
}

// Conclusions implements model.Concluded.
func (m Model) Conclusions() []model.Conclusion {
	return []model.Conclusion{{File: "ends.csv", Doc: "the state of node 0 at the end", Columns: []model.Column{
		{Name: "replica", Doc: "number of the replica, from 0"}, {Name: "state", Doc: "of node 0"}, {Name: "none", Doc: "a value that there is not"},
	}}}
}

// Conclude implements model.Concluded.
func (m Model) Conclude(s *state.State, keys []uint64) ([][][]float64, error) {
	var rows [][]float64
	a := s.Array("state")
	for r := range keys {
		rows = append(rows, []float64{float64(r), a.At(r*m.length(state.Node) + m.Nodes), math.NaN()})
	}
	return [][][]float64{rows}, nil
}

// Announce implements model.Network.
func (m Model) Announce() [][2]string {
	return [][2]string{{"network", fmt.Sprintf("a ring of %d nodes", m.Nodes)}}
}

// Order implements model.Network.
func (m Model) Order(p state.Space) []int {
	var order []int
	switch p {
	case state.Node:
		for i := range m.Nodes {
			order = append(order, m.Nodes-i)
		}
	case state.Edge:
		for i := range m.Edges() {
			order = append(order, m.Edges()-1-i)
		}
	case state.HalfEdge:
		for i := range m.Nodes {
			order = append(order, 2*i, 2*i+1)
		}
		order = append(order, 2*m.Nodes, 2*m.Nodes)
	}
	return order
}

// length of an index space, per replica.
func (m Model) length(p state.Space) int {
	return map[state.Space]int{state.Node: m.Nodes + 1, state.HalfEdge: 2*m.Nodes + 1, state.Edge: m.Edges()}[p]
}

// Row implements model.Network.
func (m Model) Row(row, sums []float64) {
	row[0] = sums[0] / float64(m.Nodes)
	row[1] = sums[1] / sums[0]
}

// Describe implements model.Network.
func (m Model) Describe() model.Description {
	d := m.describe()
	if m.Fed {
		limits := &[2]float64{-1, 1}
		d.Inputs = []model.Input{{Name: "left", Unit: "1", Doc: "of the drive", Limits: limits}, {Name: "right", Unit: "1", Doc: "of the drive", Limits: limits}}
	}
	return d
}

func (m Model) describe() model.Description {
	return model.Description{
		Name: "ring", Rule: "drift", Updates: int64(m.Nodes),
		Counts: []model.Count{{Name: "nodes", Value: int64(m.Nodes)}, {Name: "edges", Value: int64(m.Edges())}},
		Spaces: []model.Space{
			model.Line(state.Node, m.Nodes), model.Line(state.Edge, m.Edges()),
			{Name: state.HalfEdge, Axes: []string{"edge", "end"}, Shape: []int{m.Edges(), 2}},
		},
		Work:     "node updates",
		Controls: []model.Control{{Name: "drive", Title: "Drive"}},
		Mark:     "double",
		Holds:    &model.Holds{Prefix: "hold:", Title: "held node", Space: state.Node, Items: m.held(), Limits: [2]float64{0, 1}},
		Sums:     []string{"state", "square"},
		Columns: []model.Column{
			{Name: "mean", Title: "mean state", Unit: "1", Doc: "mean state of the nodes"},
			{Name: "ratio", Title: "ratio", Unit: "kT", Doc: "sum of squares per sum of states"},
		},
		Fields: []state.Field{
			{Name: "state", Unit: "1", Space: state.Node, Limits: &[2]float64{0, 1}, Doc: "state of the node"},
			{Name: "charge", Unit: "C", Space: state.HalfEdge, Doc: "charge of the half-edge"},
			{Name: "weight", Unit: "1", Space: state.Edge, Doc: "weight of the edge"},
			{Name: "speed", Unit: "1", Space: state.Node, Doc: "change of state", Derived: true},
		},
		Computed: []model.Computed{{
			Field: state.Field{Name: "double", Unit: "1", Space: state.Node, Doc: "twice the state"},
			From:  []string{"state"}, Values: m.double,
		}},
		Distributions: []model.Distribution{{
			Column: model.Column{Name: "weight", Title: "weight", Unit: "1", Doc: "weights of the edges"},
			From:   "weight", Width: 0.25, Values: values,
		}},
	}
}

func (m Model) double(from []*state.Array, replicas int) state.Array {
	out := state.NewArray(state.Field{Name: "double"}, from[0].Precision(), replicas*m.Nodes)
	for r := range replicas {
		for i, at := range m.Order(state.Node) {
			out.Set(r*m.Nodes+i, 2*from[0].At(r*m.length(state.Node)+at))
		}
	}
	return out
}

func values(out []float64, of model.Part) []float64 {
	base := of.From.First(of.Replica, of.Replicas)
	for i := of.First; i < of.Last; i++ {
		out = append(out, of.From.At(base+i))
	}
	return out
}

// drift is the next value of a state or weight: any chaotic map would do.
func drift(x, drive float64) float64 {
	x = 3.9*x*(1-x) + drive
	return x - math.Floor(x)
}
