package tnn

import (
	"strconv"

	"tnn-gpu/host/exchange"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/model"
	"tnn-gpu/host/state"
)

// Network is a specification made concrete: everything that a backend needs to
// run it, apart from the seed of its noise.
type Network struct {
	Spec      *Spec
	Variants  []*Spec // by replica, see VariantOf; nil where all have Spec
	Graph     *graph.Graph
	Group     []uint8    // by id; nil where there is one group
	Externals []External // by ascending id
	Schedule  graph.Schedule
	Layout    *Layout
	Report    *graph.Report // what could not be placed; nil for a graph that was given
	// Weights at the start, by edge of the graph; nil where they are drawn. Edges
	// of external nodes have the weight of their node all the same.
	Weights []float64
	// States at the start, by node; nil where they are drawn, or zero. Those of
	// external nodes do not count.
	States                     []float64
	names                      []string             // see Names
	attributes, edgeAttributes []exchange.Attribute // see Attributes
	notes                      []string             // on how the file of the graph was understood
	remarks                    []string             // on series

	courses    []model.Course // of the keys that eras change
	weights    []string       // keys of the weights of external nodes; nil where those were given
	counts     Counts
	quantities []Quantity
}

// Assemble lays out a network whose graph, groups and external nodes are given.
// The schedule is validated.
func Assemble(spec *Spec, g *graph.Graph, groups []uint8, externals []External, schedule graph.Schedule) (*Network, error) {
	n := &Network{Spec: spec, Graph: g, Group: groups, Externals: externals, Schedule: schedule}
	var outside []bool // by id; nil where there are no external nodes
	if len(externals) > 0 {
		outside = make([]bool, g.Nodes)
	}
	for _, e := range externals {
		outside[e.ID] = true
	}
	external := func(id int32) bool { return outside != nil && outside[id] }
	if err := schedule.Validate(g, func(id int) bool { return !external(int32(id)) }); err != nil {
		return nil, err
	}
	var err error
	if n.Layout, err = NewLayout(g, schedule, n.group, external); err != nil {
		return nil, err
	}
	n.counts = n.count()
	if n.courses, err = spec.courses(); err != nil {
		return nil, err
	}
	n.quantities = append(Quantities(spec.Network.Rule, n.counts), n.changed()...)
	return n, nil
}

// Names implements model.Named: what the file of the graph calls the nodes.
func (n *Network) Names() []string { return n.names }

// name of a node, or its number.
func (n *Network) name(id int32) string {
	if n.names != nil {
		return n.names[id]
	}
	return strconv.Itoa(int(id))
}

// Regular tells whether arithmetic can give neighbours and weights in place of
// tables: it does for a neighbour graph on a bipartite lattice whose nodes are in
// one group, without self-loops.
func (n *Network) Regular() bool {
	g := n.Graph
	return g.Stencil != nil && g.Bipartite && len(n.Layout.Segments) == 2 && len(g.Edges) == g.Nodes*len(g.Stencil.Offsets)/2
}

func (n *Network) group(id int32) int {
	if n.Group == nil {
		return 0
	}
	return int(n.Group[id])
}

// Counts of what observables are averaged over.
func (n *Network) Counts() Counts { return n.counts }

func (n *Network) count() Counts {
	c := Counts{Nodes: n.Graph.Nodes - len(n.Externals), External: len(n.Externals)}
	for _, e := range n.Graph.Edges {
		if c.External > 0 && (!n.IsNetwork(e.A) || !n.IsNetwork(e.B)) {
			continue
		}
		c.Plastic++
		if e.A == e.B {
			c.SelfLoops++
		}
	}
	return c
}

// IsNetwork tells network nodes from external ones.
func (n *Network) IsNetwork(id int32) bool { return n.Layout.isNetwork(n.Layout.Position[id]) }

// isNetwork tells whether a network node is at a position.
func (l *Layout) isNetwork(at int32) bool {
	p := uint32(at)
	return l.Active[p/Lanes]>>(p%Lanes)&1 == 1
}

// Length of an index space, per replica.
func (n *Network) Length(p state.Space) int {
	switch p {
	case state.HalfEdge:
		return n.Layout.HalfEdges()
	case state.Edge:
		return n.Layout.Weights
	}
	return n.Layout.Positions
}

// NewState implements model.Network.
func (n *Network) NewState(p state.Precision, replicas int) *state.State {
	return model.NewState(n, p, replicas, n.Length)
}

// CheckState implements model.Network.
func (n *Network) CheckState(s *state.State, p state.Precision, replicas int) error {
	return model.CheckState(n, s, p, replicas, n.Length)
}

// Sweeps is the number of sweeps of one step.
func (s *Spec) Sweeps() int {
	if s.Network.Rule == Hylton2019 {
		return s.Network.Relaxations + 1
	}
	return 1
}

// Steps is the length of the run.
func (s *Spec) Steps() int64 {
	var total int64
	for _, e := range s.Eras {
		total += int64(e.Steps)
	}
	return total
}

// Era finds the era of a step, counted from 1, and its index. After the last
// era the last one goes on.
func (s *Spec) Era(step int64) (EraSpec, int) {
	for i, e := range s.Eras {
		if step -= int64(e.Steps); step <= 0 {
			return e, i
		}
	}
	last := len(s.Eras) - 1
	return s.Eras[last], last
}

// What a network can tell.
var (
	_ model.Spec       = (*Spec)(nil)
	_ model.Network    = (*Network)(nil)
	_ model.Sited      = (*Network)(nil)
	_ model.Linked     = (*Network)(nil)
	_ model.Flipped    = (*Network)(nil)
	_ model.Phased     = (*Network)(nil)
	_ model.Inspected  = (*Network)(nil)
	_ model.Exported   = (*Network)(nil)
	_ model.Named      = (*Network)(nil)
	_ model.Attributed = (*Network)(nil)
	_ model.Measured   = (*Network)(nil)
	_ model.Controlled = (*Network)(nil)
	_ model.Sized      = (*Spec)(nil)
	_ model.Sampled    = (*Spec)(nil)
	_ model.Feedable   = (*Spec)(nil)
)
