package graph

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ReadEdgeList reads a graph without a lattice from text:
//
//	# nodes 5
//	0 1
//	1 2   # a comment
//
//	4 4
//
// Every line is an edge, `a b` or `a b weight`; either all edges have a finite
// weight or none has, and then weights is nil. Node ids are integers from 0 on.
// Before the first edge a line `# nodes N` may give the number of nodes, which
// otherwise is the largest id plus 1. What follows a # is a comment, and blank
// lines are skipped. No two nodes may have two edges; a node may have several
// self-loops. Edges keep the order of the lines. Errors begin with the name and
// the line, as in name:12.
func ReadEdgeList(r io.Reader, name string) (g *Graph, weights []float64, err error) {
	list := edgeList{nodes: -1, largest: -1}
	lines := bufio.NewScanner(r)
	line := 0
	for lines.Scan() {
		line++
		if err := list.add(lines.Text(), line); err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("%s:%d: the line cannot be read: %w", name, line+1, err)
	}
	if first, second, found := list.duplicate(); found {
		e := list.edges[second]
		return nil, nil, fmt.Errorf("%s:%d: nodes %d and %d have an edge already, on line %d: remove one of the two",
			name, list.lineOf[second], e.A, e.B, list.lineOf[first])
	}
	if list.nodes < 0 {
		if len(list.edges) == 0 {
			return nil, nil, fmt.Errorf("%s:%d: the file ends without an edge or a line `# nodes N`", name, line+1)
		}
		list.nodes = list.largest + 1
	}
	return &Graph{Nodes: list.nodes, Edges: list.edges}, list.weights, nil
}

// edgeList is what has been read of an edge list.
type edgeList struct {
	nodes   int // as the header has it; -1: no header yet
	largest int // of the ids; -1: no edge yet
	edges   []Edge
	weights []float64 // nil: none
	lineOf  []int     // by edge
}

func (l *edgeList) add(text string, line int) error {
	if fields := strings.Fields(text); len(fields) == 3 && fields[0] == "#" && fields[1] == "nodes" {
		return l.addHeader(fields[2])
	}
	text, _, _ = strings.Cut(text, "#")
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return nil
	}
	if len(fields) != 2 && len(fields) != 3 {
		return fmt.Errorf("an edge is `a b` or `a b weight`, and this line has %d fields", len(fields))
	}
	a, err := l.id(fields[0])
	if err != nil {
		return err
	}
	b, err := l.id(fields[1])
	if err != nil {
		return err
	}
	if len(l.edges) > 0 && (len(fields) == 3) != (l.weights != nil) {
		return fmt.Errorf("either all edges have a weight or none, and line %d does otherwise", l.lineOf[0])
	}
	if len(fields) == 3 {
		weight, err := strconv.ParseFloat(fields[2], 64)
		if err != nil || math.IsNaN(weight) || math.IsInf(weight, 0) {
			return fmt.Errorf("weight %q is no finite number", fields[2])
		}
		l.weights = append(l.weights, weight)
	}
	l.largest = max(l.largest, a, b)
	l.edges = append(l.edges, Edge{int32(a), int32(b)})
	l.lineOf = append(l.lineOf, line)
	return nil
}

func (l *edgeList) addHeader(field string) error {
	if l.nodes >= 0 || len(l.edges) > 0 {
		return fmt.Errorf("`# nodes %s` must come once, and before the first edge", field)
	}
	n, err := strconv.ParseUint(field, 10, 64)
	if err != nil || n > MaxNodes {
		return fmt.Errorf("the number of nodes is %q: it must be an integer from 0 to %d", field, MaxNodes)
	}
	l.nodes = int(n)
	return nil
}

func (l *edgeList) id(field string) (int, error) {
	limit := MaxNodes
	if l.nodes >= 0 {
		limit = l.nodes
	}
	id, err := strconv.ParseUint(field, 10, 64)
	if err != nil || id >= uint64(limit) {
		return 0, fmt.Errorf("node %q is no integer from 0 on and below %d", field, limit)
	}
	return int(id), nil
}

// duplicate finds the first edge whose two nodes have one already, and that
// one. It sorts, as a map would take several times the memory of the edges.
func (l *edgeList) duplicate() (first, second int, found bool) {
	order := make([]int, 0, len(l.edges))
	for i, e := range l.edges {
		if e.A != e.B {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(l.edges[i].key(), l.edges[j].key()), cmp.Compare(i, j))
	})
	for n := 1; n < len(order); n++ {
		i, j := order[n-1], order[n]
		if l.edges[i].key() == l.edges[j].key() && (!found || j < second) {
			first, second, found = i, j, true
		}
	}
	return first, second, found
}

// key is the same for both directions of an edge.
func (e Edge) key() uint64 {
	return uint64(min(e.A, e.B))<<32 | uint64(max(e.A, e.B))
}

// WriteEdgeList writes a graph for ReadEdgeList: its number of nodes and its
// edges in order, with a weight each unless weights is nil. Weights are written
// with the digits it takes to read the same numbers back. A lattice is not
// written.
func WriteEdgeList(w io.Writer, g *Graph, weights []float64) error {
	if weights != nil && len(weights) != len(g.Edges) {
		return fmt.Errorf("an edge list of %d edges cannot have %d weights", len(g.Edges), len(weights))
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# nodes %d\n", g.Nodes)
	var line []byte
	for i, e := range g.Edges {
		line = strconv.AppendInt(line[:0], int64(e.A), 10)
		line = append(line, ' ')
		line = strconv.AppendInt(line, int64(e.B), 10)
		if weights != nil {
			if math.IsNaN(weights[i]) || math.IsInf(weights[i], 0) {
				return fmt.Errorf("the edge of nodes %d and %d has weight %v: only finite weights can be written", e.A, e.B, weights[i])
			}
			line = append(line, ' ')
			line = strconv.AppendFloat(line, weights[i], 'g', -1, 64)
		}
		out.Write(append(line, '\n'))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("the edge list cannot be written: %w", err)
	}
	return nil
}
