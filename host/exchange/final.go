package exchange

import (
	"errors"
	"fmt"
	"math"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/npy"
)

// maxEdges is more than a network can have.
const maxEdges = math.MaxInt32

// readFinal reads the arrays a, b, weight and state of a run's final.npz.
func readFinal(path string) (n *Network, err error) {
	archive, err := npy.OpenArchive(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	arrays := make(map[string][]float64)
	for name, most := range map[string]int64{"a": maxEdges, "b": maxEdges, "weight": maxEdges, "state": graph.MaxNodes} {
		a, err := archive.Read(name, most)
		if err != nil {
			return nil, err
		}
		if len(a.Shape) != 1 {
			return nil, fmt.Errorf("%s has %s of shape %v: a start is of one replica, which `tnn-gpu export --replica` takes out", path, name, a.Shape)
		}
		arrays[name] = a.Values
	}
	n = &Network{Graph: &graph.Graph{Nodes: len(arrays["state"])}, Weights: arrays["weight"], States: arrays["state"]}
	if err := n.join(arrays["a"], arrays["b"]); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// join makes the edges, and checks all values.
func (n *Network) join(a, b []float64) error {
	if len(a) != len(b) || len(a) != len(n.Weights) {
		return fmt.Errorf("a, b and weight have %d, %d and %d values, and must have one for each edge", len(a), len(b), len(n.Weights))
	}
	for i := range a {
		for _, id := range []float64{a[i], b[i]} {
			if !(id >= 0 && id < float64(n.Graph.Nodes)) {
				return fmt.Errorf("edge %d ends at node %v, and nodes are numbered from 0 to %d", i, id, n.Graph.Nodes-1)
			}
		}
		if math.IsNaN(n.Weights[i]) || math.IsInf(n.Weights[i], 0) {
			return fmt.Errorf("the weight of edge %d is %v: %w", i, n.Weights[i], errNotFinite)
		}
		n.Graph.Edges = append(n.Graph.Edges, graph.Edge{A: int32(a[i]), B: int32(b[i])})
	}
	for id, s := range n.States {
		if !(math.Abs(s) <= 1) {
			return fmt.Errorf("the state of node %d is %v, and must be from -1 to 1", id, s)
		}
	}
	return n.check()
}
