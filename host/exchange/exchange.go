// Package exchange carries graphs with their weights and states from and to other
// programs: GraphML, which NetworkX and Gephi open, edge lists, and tables. What
// it reads need not be trusted: sizes are checked before memory is taken.
package exchange

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tnn-gpu/host/graph"
)

// Network is a graph with what a run can start from.
type Network struct {
	Graph   *graph.Graph
	Weights []float64 // by edge; nil where the file has none
	States  []float64 // by node; nil where the file has none
}

// Read reads a network from a file: final.npz of a run where it ends in .npz,
// GraphML where it ends in .graphml or .xml, and else an edge list.
func Read(path string) (*Network, error) {
	if strings.EqualFold(filepath.Ext(path), ".npz") {
		return readFinal(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch strings.ToLower(filepath.Ext(path)) {
	case ".graphml", ".xml":
		n, err := ReadGraphML(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return n, nil
	}
	return ReadEdgeList(f, path)
}

// check refuses two edges between the same nodes.
func (n *Network) check() error {
	seen := make(map[graph.Edge]bool, len(n.Graph.Edges))
	for _, e := range n.Graph.Edges {
		if e.A == e.B {
			continue
		}
		key := graph.Edge{A: min(e.A, e.B), B: max(e.A, e.B)}
		if seen[key] {
			return fmt.Errorf("nodes %d and %d have two edges: remove one of them", e.A, e.B)
		}
		seen[key] = true
	}
	return nil
}

// Attribute is a value of every node, for other programs.
type Attribute struct {
	Name   string
	Values []float64
}

// Export is what is written of a network.
type Export struct {
	Network
	External   []bool // by node
	Attributes []Attribute
}

// WriteEdgeList writes a line for each edge, with its weight, and as comments,
// which other programs skip, the states: `# state 12 -0.5`.
func (x *Export) WriteEdgeList(w io.Writer) error {
	var states strings.Builder
	for id, s := range x.States {
		fmt.Fprintf(&states, "# state %d %s\n", id, number(s))
	}
	if err := graph.WriteEdgeList(w, x.Graph, x.Weights); err != nil {
		return err
	}
	if _, err := io.WriteString(w, states.String()); err != nil {
		return fmt.Errorf("the edge list cannot be written: %w", err)
	}
	return nil
}

// errNotFinite is what neither states nor weights may be.
var errNotFinite = errors.New("it is no finite number")
