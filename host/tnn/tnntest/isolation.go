package tnntest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"tnn-gpu/host/backend"
	"tnn-gpu/host/backend/backendtest"
	"tnn-gpu/host/graph"
	"tnn-gpu/host/state"
	"tnn-gpu/host/tnn"
)

// Isolation checks that a node without edges changes no bit of the others, though
// it moves them in memory: networks of N nodes against the same with one more,
// for numbers about those of whole slices.
func Isolation(t *testing.T, open backend.Open) {
	for _, rule := range []tnn.Rule{tnn.Hylton2020, tnn.Hylton2019} {
		for i, n := range []int{31, 32, 33, 64} {
			p := [...]state.Precision{state.Single, state.Double}[i%2]
			t.Run(fmt.Sprintf("%s/%d nodes/%s", rule, n, p), func(t *testing.T) {
				edges := ladder(n)
				schedule := graph.Greedy(&graph.Graph{Nodes: n, Edges: edges}, everyNode)
				alone := assemble(t, rule, n, edges, schedule)
				// The node that comes on top goes into a set of others, or before all.
				within := slices.Clone(schedule)
				within[0] = append(slices.Clone(within[0]), int32(n))
				before := append(graph.Schedule{{int32(n)}}, schedule...)
				for _, s := range []graph.Schedule{within, before} {
					compareByID(t, open, p, alone, assemble(t, rule, n+1, edges, s))
				}
			})
		}
	}
	t.Run("no edges", func(t *testing.T) {
		all := make([]int32, 33)
		for id := range all {
			all[id] = int32(id)
		}
		few := assemble(t, tnn.Hylton2020, 32, nil, graph.Schedule{all[:32]})
		compareByID(t, open, state.Single, few, assemble(t, tnn.Hylton2020, 33, nil, graph.Schedule{all}))
	})
}

func everyNode(int) bool { return true }

// ladder joins each node to the next two and to itself now and then.
func ladder(nodes int) []graph.Edge {
	var edges []graph.Edge
	for a := range nodes {
		for b := a + 1; b <= min(a+2, nodes-1); b++ {
			edges = append(edges, graph.Edge{A: int32(a), B: int32(b)})
		}
		if a%3 == 0 {
			edges = append(edges, graph.Edge{A: int32(a), B: int32(a)})
		}
	}
	return edges
}

func assemble(t *testing.T, rule tnn.Rule, nodes int, edges []graph.Edge, schedule graph.Schedule) *tnn.Network {
	t.Helper()
	spec := lattice(rule, 0, false)
	spec.Graph.Kind = tnn.FromFile
	net, err := tnn.Assemble(spec, &graph.Graph{Nodes: nodes, Edges: edges}, nil, nil, schedule)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// compareByID runs both networks and compares the nodes and edges that the first
// one has.
func compareByID(t *testing.T, open backend.Open, p state.Precision, few, more *tnn.Network) {
	t.Helper()
	var states [2]*state.State
	for i, net := range []*tnn.Network{few, more} {
		b, err := open(net, backend.Options{Precision: p, Seeds: []uint64{77}})
		if err != nil {
			t.Fatal(err)
		}
		backendtest.Advance(t, b, 40)
		states[i] = backendtest.Moment(t, b)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	a, b := few, more
	for i := range states[0].Arrays {
		x, y := &states[0].Arrays[i], &states[1].Arrays[i]
		there := b.Order(y.Space)
		for k, here := range a.Order(x.Space) {
			if v, w := x.At(here), y.At(there[k]); math.Float64bits(v) != math.Float64bits(w) {
				t.Fatalf("%s of %s is %v, and %v in the network with one node more", x.Name, backendtest.Place(few, x, here, 1), v, w)
			}
		}
	}
}
