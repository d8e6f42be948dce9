// Package graph says who is connected to whom and who may be visited at the
// same time: periodic lattices, graphs built on them, edge lists read from a
// file, sites for external nodes, and schedules (docs/model.md sections 5, 6
// and 9). Everything here is a pure function of its arguments; what is random
// depends on the seed alone, not on the number of threads.
package graph

import (
	"errors"
	"fmt"
	"math"
)

// Edge joins nodes A and B. A == B is a self-loop.
type Edge struct {
	A, B int32
}

// Graph is a set of nodes 0..Nodes-1 and the edges between them.
type Graph struct {
	Nodes   int
	Lattice Lattice // node id = site id; no sides where the graph has no lattice
	// Bipartite says that every edge joins an even and an odd site of Lattice.
	Bipartite bool
	// Edges holds no pair twice, but for the self-loops of a node, which are
	// numbered in list order. A built graph lists the edges between two nodes
	// first, then the self-loops, nodes ascending. Kind neighbor lists, for
	// every node ascending, its edges to the second half of the stencil, in
	// stencil order, with that node as A. The other kinds have A < B and are
	// sorted by (A, B).
	Edges []Edge
	// Stencil is there where every node has the same neighbour offsets, so
	// that arithmetic can replace tables.
	Stencil *Stencil
}

// Kind is a way of choosing the edges of a graph (docs/model.md section 9).
type Kind string

// The kinds of graph that Build knows.
const (
	Neighbor    Kind = "neighbor"    // all sites within reach
	Random      Kind = "random"      // partners drawn from all sites alike
	Gaussian    Kind = "gaussian"    // ... with probability ~ exp(-d^2/(2 scale^2))
	Exponential Kind = "exponential" // ... with probability ~ exp(-d/scale)
)

// Options say which graph to build. Connections, SelfLoops and External are
// called once for each node, nodes ascending.
type Options struct {
	Kind      Kind
	Sides     []int   // of the lattice
	Bipartite bool    // only edges between sublattices; needs even sides
	Scale     float64 // of Gaussian and Exponential, in lattice steps
	Seed      uint64

	Connections func(id int) int  // wanted for a node, self-loops apart
	SelfLoops   func(id int) int  // of a node; nil: none
	External    func(id int) bool // external nodes never share an edge; nil: none

	// Separation is the least number of hops between two external nodes. The
	// random kinds are wired to keep it. In a neighbor graph it follows from
	// the sites, which PlaceExternals chooses, and is not looked at here.
	Separation int
}

// maxHalfEdges keeps every size in bytes far inside an int64.
const maxHalfEdges = 1 << 40

// Report says what a built graph has of what was asked. Self-loops are not
// counted.
type Report struct {
	Wanted  int64 // half-edges: the sum of all wanted connections
	Placed  int64 // edges, of two half-edges each
	Missing int64 // half-edges: Wanted - 2 Placed
	Short   int   // nodes with fewer connections than wanted
}

// String is the report on one line.
func (r *Report) String() string {
	return fmt.Sprintf("half-edges wanted %d, edges placed %d, half-edges missing %d, nodes short %d",
		r.Wanted, r.Placed, r.Missing, r.Short)
}

// Build makes the graph that the options describe. What cannot be placed is no
// error; the report counts it. In a neighbor graph that is where two nodes
// differ in reach, or are both external, so that only one of them would have
// had the edge.
func Build(o Options) (*Graph, *Report, error) {
	r, err := o.request()
	if err != nil {
		return nil, nil, err
	}
	g := &Graph{Nodes: r.lattice.Sites(), Lattice: r.lattice, Bipartite: r.bipartite}
	switch o.Kind {
	case Neighbor:
		g.Edges, g.Stencil, err = joinNeighbors(r)
	case Random, Gaussian, Exponential:
		g.Edges, err = joinAtRandom(r, o)
	default:
		err = fmt.Errorf("there is no graph kind %q: use neighbor, random, gaussian or exponential", o.Kind)
	}
	if err != nil {
		return nil, nil, err
	}
	report := r.report(g.Edges)
	g.Edges = r.appendSelfLoops(g.Edges)
	return g, report, nil
}

// request is what Options ask for, node by node, checked and counted.
type request struct {
	lattice   Lattice
	bipartite bool
	want      []int32 // connections by node, cut to MaxInt32: no node can have more
	wanted    int64   // the sum of all connections, uncut
	loops     []int32 // self-loops by node; nil: none
	looped    int64   // the sum of loops
	external  []bool  // nil: none
}

func (o *Options) request() (*request, error) {
	r := &request{lattice: Lattice{Sides: append([]int(nil), o.Sides...)}, bipartite: o.Bipartite}
	if err := r.lattice.Validate(o.Bipartite); err != nil {
		return nil, err
	}
	if o.Separation < 0 {
		return nil, fmt.Errorf("the separation of external nodes is %d hops: it must be 0 or more", o.Separation)
	}
	if o.Connections == nil {
		return nil, errors.New("a graph needs Connections, the number of connections of each node")
	}
	nodes := r.lattice.Sites()
	var err error
	if r.want, r.wanted, err = count(nodes, o.Connections, "connections"); err != nil {
		return nil, err
	}
	if o.SelfLoops != nil {
		if r.loops, r.looped, err = count(nodes, o.SelfLoops, "self-loops"); err != nil {
			return nil, err
		}
	}
	if o.External != nil {
		r.external = make([]bool, nodes)
		for id := range r.external {
			r.external[id] = o.External(id)
		}
	}
	return r, nil
}

// count asks for a number of each node and adds them up.
func count(nodes int, of func(id int) int, what string) (each []int32, sum int64, err error) {
	each = make([]int32, nodes)
	for id := range each {
		n := int64(of(id))
		if n < 0 {
			return nil, 0, fmt.Errorf("node %d has %d %s: it must be 0 or more", id, n, what)
		}
		if n > maxHalfEdges-sum {
			return nil, 0, fmt.Errorf("with node %d, which has %d %s, there are more than %d half-edges: ask for fewer",
				id, n, what, int64(maxHalfEdges))
		}
		sum += n
		each[id] = int32(min(n, math.MaxInt32))
	}
	return each, sum, nil
}

// report compares the edges, which hold no self-loop yet, with the request.
func (r *request) report(edges []Edge) *Report {
	report := &Report{Wanted: r.wanted, Placed: int64(len(edges))}
	report.Missing = report.Wanted - 2*report.Placed
	if report.Missing == 0 {
		return report
	}
	degree := make([]int32, len(r.want))
	for _, e := range edges {
		degree[e.A]++
		degree[e.B]++
	}
	for id, want := range r.want {
		if degree[id] < want {
			report.Short++
		}
	}
	return report
}

func (r *request) appendSelfLoops(edges []Edge) []Edge {
	for id, loops := range r.loops {
		for range loops {
			edges = append(edges, Edge{int32(id), int32(id)})
		}
	}
	return edges
}

// Degrees are the numbers of edges that nodes have to other nodes, by number.
func (g *Graph) Degrees() []int {
	out := make([]int, g.Nodes)
	for _, e := range g.Edges {
		if e.A != e.B {
			out[e.A]++
			out[e.B]++
		}
	}
	return out
}
