// Package exchange carries graphs with their weights and states from and to other
// programs. It reads edge lists of many kinds, GraphML, GEXF, GML, adjacency lists, Matrix Market, Pajek and
// arrays of NumPy, and writes what NetworkX, Gephi and pandas open. What it reads
// need not be trusted: sizes are checked before memory is taken, and what cannot be
// read as it is meant is refused in one sentence.
package exchange

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"tnn-gpu/host/graph"
	"tnn-gpu/host/text"
)

// Import is a graph with what a run can start from.
type Import struct {
	Graph   *graph.Graph
	Weights []float64 // by edge; nil where the file has none
	States  []float64 // by node; nil where the file has none
	// Names are what the file calls the nodes, by number, each once; nil where it
	// calls them by their numbers.
	Names []string
	// External are the nodes that the file says are external, ascending; nil where it
	// says nothing of that.
	External []int32
	// Attributes are what else it says of nodes, and EdgeAttributes of edges.
	Attributes, EdgeAttributes []Attribute
	// Notes are what its author should hear about how the file was understood.
	Notes []string
}

// Options bound what is read.
type Options struct {
	// Memory is how many bytes may be taken; 0 is any number.
	Memory int64
	// Lattice says that nodes are sites of a lattice, which are called by their
	// numbers from 0 on.
	Lattice bool
}

// Export is what is written of a network.
type Export struct {
	Import
	Results []Attribute // of the run, beside states and weights
}

// name of a node, or its number.
func (n *Import) name(id int) string {
	if n.Names != nil {
		return n.Names[id]
	}
	return strconv.Itoa(id)
}

// errNotFinite is what neither states nor weights may be.
var errNotFinite = errors.New("it is no finite number")

// number is in the shortest form that reads back as the same number.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// finite reads a number.
func finite(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q: %w", short(text), errNotFinite)
	}
	return v, nil
}

func short(s string) string { return text.Short(s, 40) }

// many counts things in words.
func many[N int | int64 | int32](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
